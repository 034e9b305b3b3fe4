/** The clients whose calls this server makes. */
import { useState } from 'react';
import { type ClientResource, clientSchema, clientStatuses } from '../../../src/api/contract/clients.ts';
import { change } from '../api/ask.ts';
import { Badge, type Tone } from '../parts/badge.tsx';
import { Button } from '../parts/button.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { SelectField, TextField } from '../parts/field.tsx';
import { Form, orNothing } from '../parts/form.tsx';
import { toMoment, toNumber } from '../parts/format.ts';
import { Icon } from '../parts/icon.tsx';
import { ListPanel, useList } from '../parts/list.tsx';
import { Empty } from '../parts/notice.tsx';
import { Page } from '../parts/page.tsx';
import { useChange } from '../parts/use-change.ts';
import { useMay } from '../use-me.ts';

const tones: Record<ClientResource['status'], Tone> = { Active: 'good', Inactive: 'plain', Suspended: 'bad' };

export function ClientsPage() {
  const mayWrite = useMay()('clients:write');
  const [chosen, setChosen] = useState<ClientResource | 'new' | null>(null);
  const list = useList({ name: 'clients', item: clientSchema, path: '/v1/clients' });
  return (
    <Page
      title="Clients"
      lead="Each client has its own calls, assistants, lists and people, and sees nothing of the others."
      actions={
        mayWrite && (
          <Button look="main" onClick={() => setChosen('new')}>
            <Icon name="place" /> Add a client
          </Button>
        )
      }
    >
      <ListPanel
        list={list}
        keyOf={({ id }) => id}
        empty={<Empty title="No clients yet">You need none for calls of your own.</Empty>}
        columns={[
          { title: 'Name', show: ({ name }) => <span className="font-medium">{name}</span> },
          { title: 'Status', show: ({ status }) => <Badge tone={tones[status]}>{status}</Badge> },
          {
            title: 'Caller id',
            isLess: true,
            show: (row) => (row.twilio_phone_number ? toNumber(row.twilio_phone_number) : '–'),
          },
          { title: 'Calls a day', isLess: true, show: ({ limits }) => limits.calls_per_day ?? 'no limit' },
          { title: 'Since', isLess: true, show: ({ created_at }) => toMoment(created_at) },
          {
            title: 'Actions',
            isRight: true,
            show: (row) =>
              mayWrite && (
                <Button size="small" look="quiet" onClick={() => setChosen(row)} aria-label={`Change ${row.name}`}>
                  Change
                </Button>
              ),
          },
        ]}
      />
      <Dialog
        title={chosen === 'new' ? 'Add a client' : (chosen?.name ?? '')}
        isOpen={chosen !== null}
        close={() => setChosen(null)}
      >
        {chosen && <ClientForm client={chosen === 'new' ? null : chosen} done={() => setChosen(null)} />}
      </Dialog>
    </Page>
  );
}

const orNumber = (text: string | undefined) => (orNothing(text) === undefined ? undefined : Number(text));

function toBody(client: ClientResource | null, values: Record<string, string>) {
  const limits = {
    ...client?.limits,
    calls_per_day: orNumber(values.calls_per_day),
    calls_per_minute: orNumber(values.calls_per_minute),
    concurrent_calls: orNumber(values.concurrent_calls),
  };
  const body = { name: values.name, twilio_phone_number: orNothing(values.twilio_phone_number) ?? null, limits };
  if (client) return { ...body, status: values.status };
  return { ...body, email: orNothing(values.email), password: orNothing(values.password) };
}

function ClientForm({ client, done }: { client: ClientResource | null; done(): void }) {
  const save = useChange({
    send: (values: Record<string, string>) =>
      client
        ? change('PATCH', `/v1/clients/${client.id}`, toBody(client, values))
        : change('POST', '/v1/clients', toBody(null, values)),
    touches: ['clients', 'users'],
    done,
  });
  const error = (name: string) => save.fields.get(name);
  return (
    <Form word="Save" send={save.run} isRunning={save.isRunning} refusal={save.refusal}>
      <TextField label="Name" name="name" defaultValue={client?.name} required error={error('name')} />
      {client && (
        <SelectField label="Status" name="status" defaultValue={client.status}>
          {clientStatuses.map((status) => (
            <option key={status}>{status}</option>
          ))}
        </SelectField>
      )}
      <TextField
        label="Caller id"
        name="twilio_phone_number"
        placeholder="+12125551234"
        defaultValue={client?.twilio_phone_number ?? ''}
        isOptional
        error={error('twilio_phone_number')}
      />
      <div className="grid gap-3 sm:grid-cols-3">
        {(
          [
            ['calls_per_day', 'Calls a day'],
            ['calls_per_minute', 'Calls a minute'],
            ['concurrent_calls', 'Calls at once'],
          ] as const
        ).map(([name, label]) => (
          <TextField
            key={name}
            label={label}
            name={name}
            type="number"
            min={0}
            placeholder="no limit"
            defaultValue={client?.limits[name]}
            error={error(`limits.${name}`)}
          />
        ))}
      </div>
      {!client && (
        <>
          <TextField label="Email of its first user" name="email" type="email" isOptional error={error('email')} />
          <TextField
            label="Password"
            name="password"
            type="password"
            autoComplete="new-password"
            minLength={12}
            isOptional
            error={error('password')}
          />
        </>
      )}
    </Form>
  );
}
