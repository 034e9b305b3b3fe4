/** The phone in this browser: the simulated network rings it, and it calls in. */
import { useSearch } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { change } from '../api/ask.ts';
import { Button } from '../parts/button.tsx';
import { SelectField, TextField } from '../parts/field.tsx';
import { toNumber } from '../parts/format.ts';
import { Icon } from '../parts/icon.tsx';
import { Notice } from '../parts/notice.tsx';
import { Page, Panel } from '../parts/page.tsx';
import { useChange } from '../parts/use-change.ts';
import { phone, switchPhoneOn, usePhone } from '../phone/browser-phone.ts';
import { PhoneCard } from '../phone/phone-card.tsx';
import { namesIn } from './names-in.ts';
import { useAssistants } from './numbers.tsx';

export function PhonePage() {
  const state = usePhone();
  useEffect(() => void switchPhoneOn(), []);
  return (
    <Page title="Phone" lead="The simulated network rings this page. No account, no real phone, nothing is charged.">
      {state.line === 'refused' && (
        <Notice tone="bad" title="The phone has no line">
          <p>{state.why}</p>
          <Button size="small" className="mt-2" onClick={() => void switchPhoneOn()}>
            Try again
          </Button>
        </Notice>
      )}
      <div className="grid items-start gap-5 lg:grid-cols-[minmax(0,1fr)_minmax(0,1fr)]">
        <PhoneCard />
        <div className="flex flex-col gap-5">
          <Panel title="Be called">
            <BeCalled />
          </Panel>
          <Panel title="Call in">
            <CallIn />
          </Panel>
          <Notice>
            With keys of a speech vendor the assistant hears your microphone. Without any, simulated speech understands
            what you type: your words are spoken on the line for you.
          </Notice>
        </div>
      </div>
    </Page>
  );
}

/** The assistant that stands for none of the stored ones. */
const usual = 'usual';

function BeCalled() {
  const { number, line, call } = usePhone();
  const wanted = useSearch({ strict: false }) as { assistant?: number };
  const [chosen, setChosen] = useState(wanted.assistant === undefined ? usual : String(wanted.assistant));
  const assistants = useAssistants();
  const assistant = assistants.find(({ id }) => String(id) === chosen);
  const names = namesIn(assistant?.welcome_message, assistant?.agenda);
  const [values, setValues] = useState<Record<string, string>>({});
  const variables = Object.fromEntries(names.map((name) => [name, values[name] ?? '']));
  const place = useChange({
    send: () =>
      change('POST', '/v1/calls', { to: number, ...(assistant ? { assistant_id: assistant.id, variables } : {}) }),
    touches: ['calls'],
  });
  return (
    <div className="flex flex-col gap-3 p-4">
      <SelectField label="Assistant" value={chosen} onChange={(event) => setChosen(event.target.value)}>
        <option value={usual}>The usual assistant</option>
        {assistants.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </SelectField>
      {names.map((name) => (
        <TextField
          key={name}
          label={name}
          value={values[name] ?? ''}
          onChange={(event) => setValues({ ...values, [name]: event.target.value })}
        />
      ))}
      <Button
        look="main"
        className="self-start"
        disabled={line !== 'on' || call.is !== 'none' || place.isRunning}
        onClick={() => place.run(undefined)}
      >
        <Icon name="calls" /> Let it call me
      </Button>
      {place.refusal && <Notice tone="bad">{place.refusal}</Notice>}
    </div>
  );
}

function CallIn() {
  const { callable, line, call } = usePhone();
  const [to, setTo] = useState('');
  const chosen = to || callable[0]?.number || '';
  const answered = callable.find(({ number }) => number === chosen)?.is_answered ?? false;
  if (callable.length === 0) return <p className="p-4 text-soft">There is no number to call yet.</p>;
  return (
    <div className="flex flex-col gap-3 p-4">
      <SelectField
        label="Number"
        value={chosen}
        onChange={(event) => setTo(event.target.value)}
        hint={
          answered ? null : 'Nobody answers it yet: give it an assistant under Numbers, then set its webhook there.'
        }
      >
        {callable.map(({ number }) => (
          <option key={number} value={number}>
            {toNumber(number)}
          </option>
        ))}
      </SelectField>
      <Button
        className="self-start"
        disabled={line !== 'on' || call.is !== 'none' || !answered}
        onClick={() => phone.callIn(chosen)}
      >
        <Icon name="calls" /> Call
      </Button>
    </div>
  );
}
