/** Where events are sent, and which; the secret that they are signed with is shown once. */
import { useState } from 'react';
import { type WebhookResource, webhookWithSecretSchema } from '../../../src/api/contract/webhooks.ts';
import { change } from '../api/ask.ts';
import { CheckField, TextField } from '../parts/field.tsx';
import { Form, orNothing } from '../parts/form.tsx';
import { ShownOnce } from '../parts/shown-once.tsx';
import { useChange } from '../parts/use-change.ts';

function toBody(values: Record<string, string>): object {
  const types = (values.event_types ?? '').split(/[\s,]+/).filter((type) => type !== '');
  return {
    url: values.url,
    description: orNothing(values.description) ?? null,
    event_types: types.length === 0 ? null : types,
  };
}

function Fields({ webhook, fields }: { webhook: WebhookResource | null; fields: ReadonlyMap<string, string> }) {
  const typesError = [...fields].find(([name]) => name.startsWith('event_types'))?.[1];
  return (
    <>
      <TextField
        label="URL"
        name="url"
        type="url"
        required
        placeholder="https://example.com/callwright"
        defaultValue={webhook?.url}
        error={fields.get('url')}
      />
      <TextField
        label="What it is for"
        name="description"
        isOptional
        defaultValue={webhook?.description ?? ''}
        error={fields.get('description')}
      />
      <TextField
        label="Only these events"
        name="event_types"
        isOptional
        placeholder="call.ended, campaign.*"
        defaultValue={webhook?.event_types?.join(', ') ?? ''}
        hint="Empty: all of them. call.* stands for all events of calls."
        error={typesError}
      />
    </>
  );
}

export function NewWebhook({ done }: { done(): void }) {
  const [secret, setSecret] = useState<string | null>(null);
  const make = useChange({
    send: async (values: Record<string, string>) =>
      webhookWithSecretSchema.parse(await change('POST', '/v1/webhooks', toBody(values))),
    touches: ['webhooks'],
    done: (made) => setSecret(made.secret),
  });
  if (secret !== null) return <ShownOnce secret={secret} done={done} />;
  return (
    <Form word="Add it" send={make.run} isRunning={make.isRunning} refusal={make.refusal}>
      <Fields webhook={null} fields={make.fields} />
      <p className="text-[0.9rem] text-soft">
        Messages are signed as Standard Webhooks; the secret to check them with comes next.
      </p>
    </Form>
  );
}

export function WebhookForm({ webhook, done }: { webhook: WebhookResource; done(): void }) {
  const save = useChange({
    send: (values: Record<string, string>) =>
      change('PATCH', `/v1/webhooks/${webhook.id}`, { ...toBody(values), is_enabled: values.is_enabled === 'on' }),
    touches: ['webhooks'],
    done,
  });
  return (
    <Form word="Save" send={save.run} isRunning={save.isRunning} refusal={save.refusal}>
      <Fields webhook={webhook} fields={save.fields} />
      <CheckField
        label="Switched on"
        name="is_enabled"
        defaultChecked={webhook.is_enabled}
        hint="Switched off, it gets nothing, and what waited for it is dropped."
      />
    </Form>
  );
}

export function NewSecret({ webhook, done }: { webhook: WebhookResource; done(): void }) {
  const [secret, setSecret] = useState<string | null>(null);
  const rotate = useChange({
    send: async () =>
      webhookWithSecretSchema.parse(await change('POST', `/v1/webhooks/${webhook.id}/rotate-secret`, {})),
    touches: ['webhooks'],
    done: (answer) => setSecret(answer.secret),
  });
  if (secret !== null) return <ShownOnce secret={secret} done={done} />;
  return (
    <Form
      word="Make a new one"
      send={() => rotate.run(undefined)}
      isRunning={rotate.isRunning}
      refusal={rotate.refusal}
    >
      <p>For 24 hours messages are signed with the old secret as well, so that nothing is missed meanwhile.</p>
    </Form>
  );
}
