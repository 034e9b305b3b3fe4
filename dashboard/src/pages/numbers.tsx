/** The phone numbers: who answers each. */
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { assistantSchema } from '../../../src/api/contract/assistants.ts';
import { phoneNumberSchema, syncResultSchema } from '../../../src/api/contract/phone-numbers.ts';
import { pageOf } from '../../../src/api/contract/text.ts';
import { change, read } from '../api/ask.ts';
import { Button } from '../parts/button.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { SelectField, TextField } from '../parts/field.tsx';
import { Form } from '../parts/form.tsx';
import { toNumber } from '../parts/format.ts';
import { Icon } from '../parts/icon.tsx';
import { ListPanel, useList } from '../parts/list.tsx';
import { Empty, Notice } from '../parts/notice.tsx';
import { Page } from '../parts/page.tsx';
import { useChange } from '../parts/use-change.ts';
import { useMay } from '../use-me.ts';

interface Chosen {
  id: string | null;
  number: string;
  assistant_id: number | null;
}

const results = { set: 'is set', not_ours: 'is no number of this account', failed: 'could not be set' };

export function NumbersPage() {
  const mayWrite = useMay()('phone-numbers:write');
  const [chosen, setChosen] = useState<Chosen | null>(null);
  const list = useList({ name: 'phone-numbers', item: phoneNumberSchema, path: '/v1/phone-numbers' });
  const assistants = useAssistants();
  const nameOf = (id: number | null) =>
    id === null ? null : (assistants.find((each) => each.id === id)?.name ?? `assistant ${id}`);
  return (
    <Page
      title="Numbers"
      lead="Who answers which number when somebody calls it."
      actions={
        mayWrite && (
          <>
            <Sync />
            <Button look="main" onClick={() => setChosen({ id: null, number: '', assistant_id: null })}>
              <Icon name="place" /> Add a number
            </Button>
          </>
        )
      }
    >
      <ListPanel
        list={list}
        keyOf={({ id }) => id}
        empty={<Empty title="No numbers yet">Add a number of your carrier’s account and choose who answers it.</Empty>}
        columns={[
          { title: 'Number', show: ({ number }) => <span className="tabular-nums">{toNumber(number)}</span> },
          {
            title: 'Answered by',
            show: (row) =>
              nameOf(row.assistant_id) ?? <span className="text-soft">nobody: callers hear an apology</span>,
          },
          { title: 'Client', isLess: true, show: ({ client_id }) => client_id ?? 'your own' },
          {
            title: 'Actions',
            isRight: true,
            show: (row) =>
              mayWrite && (
                <Button size="small" look="quiet" onClick={() => setChosen(row)} aria-label={`Change ${row.number}`}>
                  Change
                </Button>
              ),
          },
        ]}
      />
      <Dialog
        title={chosen?.id ? toNumber(chosen.number) : 'Add a number'}
        isOpen={chosen !== null}
        close={() => setChosen(null)}
      >
        {chosen && <NumberForm chosen={chosen} assistants={assistants} done={() => setChosen(null)} />}
      </Dialog>
    </Page>
  );
}

export function useAssistants() {
  const assistants = useQuery({
    queryKey: ['assistants', 'names'],
    queryFn: () => read(pageOf(assistantSchema), '/v1/assistants', { limit: 100 }),
  });
  return assistants.data?.data ?? [];
}

function NumberForm({
  chosen,
  assistants,
  done,
}: {
  chosen: Chosen;
  assistants: readonly { id: number; name: string }[];
  done(): void;
}) {
  const save = useChange({
    send: ({ number, assistant }: Record<string, string>) => {
      const assistant_id = assistant ? Number(assistant) : null;
      if (chosen.id) return change('PATCH', `/v1/phone-numbers/${chosen.id}`, { assistant_id });
      return change('POST', '/v1/phone-numbers', { number, assistant_id });
    },
    touches: ['phone-numbers'],
    done,
  });
  return (
    <Form word="Save" send={save.run} isRunning={save.isRunning} refusal={save.refusal}>
      {chosen.id === null && (
        <TextField
          label="Number"
          name="number"
          inputMode="tel"
          placeholder="+12125551234"
          required
          error={save.fields.get('number')}
        />
      )}
      <SelectField label="Answered by" name="assistant" defaultValue={chosen.assistant_id ?? ''}>
        <option value="">nobody</option>
        {assistants.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </SelectField>
    </Form>
  );
}

function Sync() {
  const [told, setTold] = useState<string[] | null>(null);
  const sync = useChange({
    send: async () => syncResultSchema.parse(await change('POST', '/v1/phone-numbers/sync', {})),
    touches: ['phone-numbers'],
    done: ({ data }) => setTold(data.map(({ number, result }) => `${toNumber(number)} ${results[result]}`)),
  });
  return (
    <>
      <Button disabled={sync.isRunning} onClick={() => sync.run(undefined)}>
        Set webhooks
      </Button>
      <Dialog
        title="The carrier’s webhooks"
        isOpen={told !== null || sync.refusal !== null}
        close={() => {
          setTold(null);
          sync.reset();
        }}
      >
        {sync.refusal && <Notice tone="bad">{sync.refusal}</Notice>}
        {told?.length === 0 && <p>There are no numbers to set.</p>}
        <ul className="flex flex-col gap-1">
          {told?.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      </Dialog>
    </>
  );
}
