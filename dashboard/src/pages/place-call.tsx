/** Place a call: to whom, by which assistant, with which words; previewed before anybody is rung. */
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { type AssistantResource, previewResultSchema } from '../../../src/api/contract/assistants.ts';
import { callSchema } from '../../../src/api/contract/calls.ts';
import { doNotCallCheckSchema } from '../../../src/api/contract/do-not-call.ts';
import { e164Schema } from '../../../src/api/contract/text.ts';
import { change, read } from '../api/ask.ts';
import { wordsOf } from '../api/problem.ts';
import { Button } from '../parts/button.tsx';
import { SelectField, TextArea, TextField } from '../parts/field.tsx';
import { Icon } from '../parts/icon.tsx';
import { Notice } from '../parts/notice.tsx';
import { Page, Panel } from '../parts/page.tsx';
import { useChange } from '../parts/use-change.ts';
import { useMay } from '../use-me.ts';
import { namesIn } from './names-in.ts';
import { useAssistants } from './numbers.tsx';

interface Draft {
  to: string;
  assistantId: number | null;
  welcome: string;
  agenda: string;
  variables: Record<string, string>;
}

const nothing: Draft = { to: '', assistantId: null, welcome: '', agenda: '', variables: {} };

/** Spaces, brackets and hyphens are how people write numbers. */
const toE164 = (typed: string) => typed.replaceAll(/[\s().-]/g, '');

function toBody(draft: Draft, names: readonly string[]) {
  const variables = Object.fromEntries(names.map((name) => [name, draft.variables[name] ?? '']));
  return {
    to: toE164(draft.to),
    ...(draft.assistantId === null ? {} : { assistant_id: draft.assistantId }),
    ...(names.length === 0 ? {} : { variables }),
    ...(draft.welcome.trim() === '' ? {} : { welcome_message: draft.welcome }),
    ...(draft.agenda.trim() === '' ? {} : { agenda: draft.agenda }),
  };
}

export function PlaceCallPage() {
  const [draft, setDraft] = useState(nothing);
  const assistants = useAssistants();
  const navigate = useNavigate();
  const chosen = assistants.find(({ id }) => id === draft.assistantId) ?? null;
  const names = namesIn(draft.welcome || chosen?.welcome_message, draft.agenda || chosen?.agenda);
  const place = useChange({
    send: async (body: object) => callSchema.parse(await change('POST', '/v1/calls', body)),
    touches: ['calls'],
    done: ({ id }) => void navigate({ to: '/calls/$id', params: { id } }),
  });
  const set = (some: Partial<Draft>) => setDraft({ ...draft, ...some });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    place.run(toBody(draft, names));
  };
  return (
    <Page title="Place a call">
      <form onSubmit={submit} className="grid items-start gap-5 lg:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
        <Panel>
          <div className="flex flex-col gap-4 p-4">
            <NumberField value={draft.to} change={(to) => set({ to })} error={place.fields.get('to')} />
            <SelectField
              label="Assistant"
              value={draft.assistantId ?? ''}
              onChange={(event) => set({ assistantId: event.target.value === '' ? null : Number(event.target.value) })}
            >
              <option value="">The usual assistant</option>
              {assistants.map(({ id, name }) => (
                <option key={id} value={id}>
                  {name}
                </option>
              ))}
            </SelectField>
            <TextArea
              label="Said first"
              isOptional
              rows={2}
              value={draft.welcome}
              placeholder={chosen?.welcome_message ?? 'The assistant’s own words'}
              onChange={(event) => set({ welcome: event.target.value })}
              error={place.fields.get('welcome_message')}
              hint="{{name}} becomes a value that you fill in below."
            />
            <TextArea
              label="What the call is for"
              isOptional
              rows={3}
              value={draft.agenda}
              placeholder={chosen?.agenda ?? ''}
              onChange={(event) => set({ agenda: event.target.value })}
              error={place.fields.get('agenda')}
            />
            {names.map((name) => (
              <TextField
                key={name}
                label={name}
                value={draft.variables[name] ?? ''}
                onChange={(event) => set({ variables: { ...draft.variables, [name]: event.target.value } })}
              />
            ))}
            {place.refusal && (
              <Notice tone="bad" title="The call was not placed">
                {place.refusal}
              </Notice>
            )}
            <Button type="submit" look="main" className="self-start" disabled={place.isRunning || draft.to === ''}>
              <Icon name="calls" /> Call now
            </Button>
          </div>
        </Panel>
        {chosen && <Preview draft={draft} assistant={chosen} names={names} />}
      </form>
    </Page>
  );
}

function NumberField({
  value,
  change: onChange,
  error,
}: {
  value: string;
  change(to: string): void;
  error: string | undefined;
}) {
  const may = useMay();
  const number = toE164(value);
  const isWhole = e164Schema.safeParse(number).success && number.length >= 8;
  const check = useQuery({
    queryKey: ['do-not-call', 'check', number],
    enabled: isWhole && may('do-not-call:read'),
    queryFn: () => read(doNotCallCheckSchema, '/v1/do-not-call/check', { number }),
  });
  const refusal =
    check.data && !check.data.may_be_called ? `On a do-not-call list: ${check.data.entry?.reason ?? ''}` : undefined;
  return (
    <TextField
      label="Number"
      inputMode="tel"
      autoComplete="off"
      required
      placeholder="+1 212 555 1234"
      value={value}
      onChange={(event) => onChange(event.target.value)}
      error={error ?? refusal}
      hint={
        value !== '' && !isWhole
          ? 'With + and the country, for example +1 212 555 1234'
          : check.data?.may_be_called
            ? 'On no do-not-call list'
            : null
      }
    />
  );
}

function Preview({
  draft,
  assistant,
  names,
}: {
  draft: Draft;
  assistant: AssistantResource;
  names: readonly string[];
}) {
  const { welcome_message = null, agenda = null } = toBody(draft, names) as {
    welcome_message?: string;
    agenda?: string;
  };
  const filled = Object.fromEntries(
    Object.entries(draft.variables).filter(([name, value]) => names.includes(name) && value !== ''),
  );
  const body = { variables: filled, welcome_message, agenda };
  const preview = useQuery({
    queryKey: ['preview', assistant.id, body],
    queryFn: async () =>
      previewResultSchema.parse(await change('POST', `/v1/assistants/${assistant.id}/preview`, body)),
    placeholderData: (before) => before,
  });
  return (
    <Panel title="What the person will hear first">
      <div className="flex flex-col gap-3 p-4">
        {preview.isError && <p className="text-soft">{wordsOf(preview.error)}</p>}
        {preview.data && (
          <>
            <p className="rounded-2xl bg-accent-wash px-4 py-3 break-words">
              {preview.data.greeting ?? <span className="text-soft">The assistant finds its own first words.</span>}
            </p>
            {preview.data.missing.length > 0 && (
              <p className="text-[0.9rem] text-warn">Still to be filled in: {preview.data.missing.join(', ')}</p>
            )}
            <details>
              <summary className="text-[0.9rem] text-soft">What the language model is told</summary>
              {preview.data.instructions.map((text) => (
                <pre
                  key={text}
                  className="mt-2 rounded-lg bg-raised p-3 font-mono text-[0.8rem] break-words whitespace-pre-wrap"
                >
                  {text}
                </pre>
              ))}
            </details>
          </>
        )}
      </div>
    </Panel>
  );
}
