/** The assistants: who speaks. */
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { assistantSchema } from '../../../src/api/contract/assistants.ts';
import { change } from '../api/ask.ts';
import { Badge, toWords } from '../parts/badge.tsx';
import { Button, ButtonLink } from '../parts/button.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { TextArea, TextField } from '../parts/field.tsx';
import { Form } from '../parts/form.tsx';
import { toMoment } from '../parts/format.ts';
import { Icon } from '../parts/icon.tsx';
import { ListPanel, useList } from '../parts/list.tsx';
import { Empty } from '../parts/notice.tsx';
import { Page } from '../parts/page.tsx';
import { useChange } from '../parts/use-change.ts';
import { useMay } from '../use-me.ts';

export function AssistantsPage() {
  const may = useMay();
  const [isAdding, setAdding] = useState(false);
  const list = useList({ name: 'assistants', item: assistantSchema, path: '/v1/assistants' });
  const add = may('assistants:write') && (
    <Button look="main" onClick={() => setAdding(true)}>
      <Icon name="place" /> New assistant
    </Button>
  );
  return (
    <Page title="Assistants" lead="Who speaks in calls, how, and what for." actions={add}>
      <ListPanel
        list={list}
        keyOf={({ id }) => id}
        empty={
          <Empty title="No assistants yet">
            <p className="mb-4">Until there is one, calls are held by the usual assistant.</p>
            {add}
          </Empty>
        }
        columns={[
          {
            title: 'Name',
            show: ({ id, name }) => (
              <Link to="/assistants/$id" params={{ id: String(id) }} className="font-medium hover:underline">
                {name}
              </Link>
            ),
          },
          { title: 'Engine', show: ({ engine }) => <Badge>{toWords(engine)}</Badge> },
          { title: 'Version', isLess: true, show: ({ published_version }) => published_version },
          { title: 'Language', isLess: true, show: ({ language }) => language },
          { title: 'Changed', isLess: true, show: ({ updated_at }) => toMoment(updated_at) },
          {
            title: 'Actions',
            isRight: true,
            show: ({ id, name }) =>
              may('calls:write') && (
                <ButtonLink
                  to="/phone"
                  search={{ assistant: id }}
                  size="small"
                  look="quiet"
                  aria-label={`Talk to ${name}`}
                >
                  <Icon name="phone" className="size-4" /> Talk
                </ButtonLink>
              ),
          },
        ]}
      />
      <Dialog title="New assistant" isOpen={isAdding} close={() => setAdding(false)}>
        <NewAssistant />
      </Dialog>
    </Page>
  );
}

function NewAssistant() {
  const navigate = useNavigate();
  const make = useChange({
    send: async (values: Record<string, string>) =>
      assistantSchema.parse(await change('POST', '/v1/assistants', { ...values, engine: 'cascade' })),
    touches: ['assistants'],
    done: ({ id }) => void navigate({ to: '/assistants/$id', params: { id: String(id) } }),
  });
  return (
    <Form word="Make it" send={make.run} isRunning={make.isRunning} refusal={make.refusal}>
      <TextField label="Name" name="name" required error={make.fields.get('name')} />
      <TextArea
        label="What it is told"
        name="prompt"
        rows={6}
        required
        placeholder="You are the phone assistant of …"
        error={make.fields.get('prompt')}
      />
    </Form>
  );
}
