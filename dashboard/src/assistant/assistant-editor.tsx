/** The draft of an assistant, to be changed. */
import { type FormEvent, useEffect, useState } from 'react';
import type { AssistantResource, UpdateAssistant } from '../../../src/api/contract/assistants.ts';
import { change } from '../api/ask.ts';
import { Button } from '../parts/button.tsx';
import { SelectField, TextArea, TextField } from '../parts/field.tsx';
import { Notice } from '../parts/notice.tsx';
import { Panel } from '../parts/page.tsx';
import { useChange } from '../parts/use-change.ts';
import { JsonField } from './json-field.tsx';

type Change = <K extends keyof UpdateAssistant>(name: K, value: UpdateAssistant[K]) => void;

interface Editing {
  draft: AssistantResource;
  set: Change;
  error(name: string): string | undefined;
}

const engines = {
  cascade: 'cascade: we hear, think and speak',
  relay: 'relay: the carrier hears and speaks, we think',
  'speech-to-speech': 'speech to speech: one vendor does it all',
  'agent-bridge': 'agent bridge: a vendor’s own agent',
} as const;

export function AssistantEditor({
  assistant,
  isLocked,
  setUnsaved,
}: {
  assistant: AssistantResource;
  isLocked: boolean;
  setUnsaved(isUnsaved: boolean): void;
}) {
  const [changes, setChanges] = useState<UpdateAssistant>({});
  const isUnsaved = Object.keys(changes).length > 0;
  useEffect(() => setUnsaved(isUnsaved), [isUnsaved, setUnsaved]);
  const save = useChange({
    send: (some: UpdateAssistant) => change('PATCH', `/v1/assistants/${assistant.id}`, some),
    touches: ['assistants'],
    done: () => setChanges({}),
  });
  const editing: Editing = {
    draft: { ...assistant, ...changes, limits: { ...assistant.limits, ...changes.limits } } as AssistantResource,
    set: (name, value) => setChanges((before) => ({ ...before, [name]: value })),
    error: (name) => save.fields.get(name),
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isUnsaved) save.run(changes);
  };
  return (
    <form onSubmit={submit}>
      <fieldset disabled={isLocked} className="grid items-start gap-5 lg:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
        <Words {...editing} />
        <div className="flex flex-col gap-5">
          <Speech {...editing} />
          <Limits {...editing} />
          <Afterwards {...editing} />
        </div>
      </fieldset>
      {save.refusal && (
        <div className="mt-4">
          <Notice tone="bad">{save.refusal}</Notice>
        </div>
      )}
      {isUnsaved && (
        <div className="panel sticky bottom-3 mt-4 flex items-center justify-between gap-3 p-3 shadow-lg">
          <span>The draft has changes that are not saved.</span>
          <span className="flex gap-2">
            <Button onClick={() => setChanges({})}>Drop them</Button>
            <Button look="main" type="submit" disabled={save.isRunning}>
              Save the draft
            </Button>
          </span>
        </div>
      )}
    </form>
  );
}

const orNull = (text: string) => (text.trim() === '' ? null : text);

function Words({ draft, set, error }: Editing) {
  return (
    <Panel title="Words">
      <div className="flex flex-col gap-4 p-4">
        <TextField
          label="Name"
          value={draft.name}
          onChange={(event) => set('name', event.target.value)}
          error={error('name')}
        />
        <TextArea
          label="What it is told"
          rows={12}
          value={draft.prompt}
          onChange={(event) => set('prompt', event.target.value)}
          error={error('prompt')}
          hint="The instructions that the language model gets first."
        />
        <TextArea
          label="Said first"
          isOptional
          rows={2}
          value={draft.welcome_message ?? ''}
          onChange={(event) => set('welcome_message', orNull(event.target.value))}
          error={error('welcome_message')}
          hint="Word for word; {{name}} becomes a value of the call. Empty: it finds its own first words."
        />
        <TextArea
          label="What its calls are for"
          isOptional
          rows={3}
          value={draft.agenda ?? ''}
          onChange={(event) => set('agenda', orNull(event.target.value))}
          error={error('agenda')}
        />
        <TextArea
          label="What the person must be told"
          isOptional
          rows={2}
          value={draft.disclosure ?? ''}
          onChange={(event) => set('disclosure', orNull(event.target.value))}
          error={error('disclosure')}
        />
      </div>
    </Panel>
  );
}

function Speech({ draft, set, error }: Editing) {
  return (
    <Panel title="Voice">
      <div className="flex flex-col gap-4 p-4">
        <SelectField
          label="Engine"
          value={draft.engine}
          onChange={(event) => set('engine', event.target.value as AssistantResource['engine'])}
          error={error('engine')}
        >
          {Object.entries(engines).map(([name, words]) => (
            <option key={name} value={name}>
              {words}
            </option>
          ))}
        </SelectField>
        <TextField
          label="Language"
          value={draft.language}
          onChange={(event) => set('language', event.target.value)}
          error={error('language')}
        />
        <SelectField
          label="Who speaks first"
          value={draft.speaks_first}
          onChange={(event) => set('speaks_first', event.target.value as AssistantResource['speaks_first'])}
        >
          <option value="assistant">the assistant</option>
          <option value="person">the person</option>
        </SelectField>
        {(['llm', 'stt', 'tts'] as const).map((name) => (
          <JsonField
            key={name}
            label={{ llm: 'Language model', stt: 'Recognizer', tts: 'Voice' }[name]}
            value={draft[name]}
            change={(value) => set(name, value as never)}
            error={error(name) ?? error(`${name}.provider`)}
            placeholder={'the server’s own'}
            hint={name === 'tts' ? 'For example {"provider": "elevenlabs", "voice": "…"}' : undefined}
          />
        ))}
      </div>
    </Panel>
  );
}

const limitNames = [
  ['ring_seconds', 'Rings for, seconds'],
  ['max_duration_seconds', 'Lasts at most, seconds'],
  ['silence_ms', 'Asks after silence of, ms'],
] as const;

function Limits({ draft, set, error }: Editing) {
  return (
    <Panel title="Limits">
      <div className="grid gap-4 p-4 sm:grid-cols-2 lg:grid-cols-1">
        {limitNames.map(([name, label]) => (
          <TextField
            key={name}
            label={label}
            type="number"
            value={draft.limits[name]}
            onChange={(event) => set('limits', { ...draft.limits, [name]: Number(event.target.value) })}
            error={error(`limits.${name}`)}
          />
        ))}
      </div>
    </Panel>
  );
}

function Afterwards({ draft, set, error }: Editing) {
  return (
    <Panel title="Tools, pick-up, analysis">
      <div className="flex flex-col gap-4 p-4">
        <JsonField
          label="Tools"
          value={draft.tools}
          change={(value) => set('tools', value as never)}
          error={error('tools')}
          hint="What it may do besides speaking."
        />
        <JsonField
          label="When a machine answers"
          value={draft.voicemail}
          change={(value) => set('voicemail', value as never)}
          error={error('voicemail') ?? error('voicemail.message')}
          hint="action: hang_up, try_later, leave_message or talk; with a message to leave."
        />
        <JsonField
          label="Who picked up"
          value={draft.who_picked_up}
          change={(value) => set('who_picked_up', value as never)}
          error={error('who_picked_up')}
          hint="How it finds out, and what it does about a call screener or a phone menu."
        />
        <JsonField
          label="Tried again"
          value={draft.retry}
          change={(value) => set('retry', value as never)}
          error={error('retry')}
          placeholder="after no outcome"
          hint="After which outcomes its calls are tried again, and when."
        />
        <TextArea
          label="A success when"
          isOptional
          rows={2}
          value={draft.success_criteria ?? ''}
          onChange={(event) => set('success_criteria', orNull(event.target.value))}
          error={error('success_criteria')}
          hint="In words, for the language model that looks at the call afterwards."
        />
        <JsonField
          label="What to find out afterwards"
          value={draft.analysis_schema}
          change={(value) => set('analysis_schema', value as never)}
          error={error('analysis_schema')}
          hint="A JSON Schema; empty: nothing."
        />
      </div>
    </Panel>
  );
}
