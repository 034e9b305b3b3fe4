/** Place a call: to whom, by which assistant, with which words and when; looked at before anybody is rung. */
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { callSchema } from '../../../src/api/contract/calls.ts';
import { change } from '../api/ask.ts';
import { Button } from '../parts/button.tsx';
import { SelectField, TextArea, TextField } from '../parts/field.tsx';
import { Icon } from '../parts/icon.tsx';
import { Notice } from '../parts/notice.tsx';
import { Page, Panel } from '../parts/page.tsx';
import { useChange } from '../parts/use-change.ts';
import { type Draft, isWholeNumber, nothing, toBody, toE164 } from '../place-call/draft.ts';
import { PolicyCheck, usePolicyCheck } from '../place-call/policy-check.tsx';
import { Preview } from '../place-call/preview.tsx';
import { ScheduleFields } from '../place-call/schedule-fields.tsx';
import { namesIn } from './names-in.ts';
import { useAssistants } from './numbers.tsx';

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
  const isWhole = isWholeNumber(toE164(draft.to));
  const check = usePolicyCheck(draft, names);
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
            <TextField
              label="Number"
              inputMode="tel"
              autoComplete="off"
              required
              placeholder="+1 212 555 1234"
              value={draft.to}
              onChange={(event) => set({ to: event.target.value })}
              error={place.fields.get('to')}
              hint={draft.to !== '' && !isWhole ? 'With + and the country, for example +1 212 555 1234' : null}
            />
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
            <ScheduleFields draft={draft} set={set} error={place.fields.get('schedule')} />
            {place.refusal && (
              <Notice tone="bad" title="The call was not placed">
                {place.refusal}
              </Notice>
            )}
            <Button type="submit" look="main" className="self-start" disabled={place.isRunning || draft.to === ''}>
              <Icon name="calls" /> {draft.notBefore === '' ? 'Call now' : 'Schedule it'}
            </Button>
          </div>
        </Panel>
        <div className="flex min-w-0 flex-col gap-5">
          {chosen && <Preview draft={draft} assistant={chosen} names={names} />}
          <PolicyCheck check={check} isWhole={isWhole} />
        </div>
      </form>
    </Page>
  );
}
