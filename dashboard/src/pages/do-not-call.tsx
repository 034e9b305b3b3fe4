/** Who must not be called, and why. */
import { useState } from 'react';
import { doNotCallSchema } from '../../../src/api/contract/do-not-call.ts';
import { change, toPath } from '../api/ask.ts';
import { Button } from '../parts/button.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { TextField } from '../parts/field.tsx';
import { Form, orNothing } from '../parts/form.tsx';
import { toMoment, toNumber } from '../parts/format.ts';
import { Icon } from '../parts/icon.tsx';
import { ListPanel, useList } from '../parts/list.tsx';
import { Empty } from '../parts/notice.tsx';
import { Page } from '../parts/page.tsx';
import { useChange } from '../parts/use-change.ts';
import { useMay } from '../use-me.ts';

type Entry = { number: string; client_id: string | null };

export function DoNotCallPage() {
  const mayWrite = useMay()('do-not-call:write');
  const [isAdding, setAdding] = useState(false);
  const [removing, setRemoving] = useState<Entry | null>(null);
  const list = useList({ name: 'do-not-call', item: doNotCallSchema, path: '/v1/do-not-call' });
  return (
    <Page
      title="Do not call"
      lead="Numbers that no call is made to. Whoever asks an assistant not to be called again is put here at once."
      actions={
        mayWrite && (
          <Button look="main" onClick={() => setAdding(true)}>
            <Icon name="place" /> Add a number
          </Button>
        )
      }
    >
      <ListPanel
        list={list}
        keyOf={({ number, client_id }) => `${number} ${client_id}`}
        empty={
          <Empty title="Nobody is on the list">
            Add numbers by hand, or import a file with POST /v1/do-not-call/import.
          </Empty>
        }
        columns={[
          { title: 'Number', show: ({ number }) => <span className="tabular-nums">{toNumber(number)}</span> },
          { title: 'For', isLess: true, show: ({ client_id }) => client_id ?? 'everyone’s calls' },
          { title: 'Why', show: ({ reason }) => reason },
          { title: 'Since', isLess: true, show: ({ created_at }) => toMoment(created_at) },
          {
            title: 'Actions',
            isRight: true,
            show: (entry) =>
              mayWrite && (
                <Button
                  size="small"
                  look="quiet"
                  onClick={() => setRemoving(entry)}
                  aria-label={`Remove ${entry.number}`}
                >
                  Remove
                </Button>
              ),
          },
        ]}
      />
      <Dialog title="Add a number" isOpen={isAdding} close={() => setAdding(false)}>
        <AddForm done={() => setAdding(false)} />
      </Dialog>
      <Dialog title="Remove a number" isOpen={removing !== null} close={() => setRemoving(null)}>
        {removing && <RemoveForm entry={removing} done={() => setRemoving(null)} />}
      </Dialog>
    </Page>
  );
}

function AddForm({ done }: { done(): void }) {
  const add = useChange({
    send: (values: Record<string, string>) =>
      change('POST', '/v1/do-not-call', { number: values.number, reason: orNothing(values.reason) }),
    touches: ['do-not-call'],
    done,
  });
  return (
    <Form word="Add" send={add.run} isRunning={add.isRunning} refusal={add.fields.size > 0 ? null : add.refusal}>
      <TextField
        label="Number"
        name="number"
        inputMode="tel"
        placeholder="+12125551234"
        required
        error={add.fields.get('number')}
      />
      <TextField label="Why" name="reason" isOptional error={add.fields.get('reason')} />
    </Form>
  );
}

function RemoveForm({ entry, done }: { entry: Entry; done(): void }) {
  const remove = useChange({
    send: ({ reason }: Record<string, string>) =>
      change(
        'DELETE',
        toPath(`/v1/do-not-call/${encodeURIComponent(entry.number)}`, { reason, client_id: entry.client_id }),
      ),
    touches: ['do-not-call'],
    done,
  });
  return (
    <Form word="Remove it" send={remove.run} isRunning={remove.isRunning} refusal={remove.refusal}>
      <p>{toNumber(entry.number)} can be called again afterwards. The reason is kept in the audit log.</p>
      <TextField label="Why may it be called again?" name="reason" required error={remove.fields.get('reason')} />
    </Form>
  );
}
