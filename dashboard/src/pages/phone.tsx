/** The phone in this browser: the simulated network rings it, and it calls in. */
import { useSearch } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { Button } from '../parts/button.tsx';
import { SelectField } from '../parts/field.tsx';
import { toNumber } from '../parts/format.ts';
import { Icon } from '../parts/icon.tsx';
import { Notice } from '../parts/notice.tsx';
import { Page, Panel } from '../parts/page.tsx';
import { BeCalled } from '../phone/be-called.tsx';
import { phone, switchPhoneOn, usePhone } from '../phone/browser-phone.ts';
import { PhoneCard } from '../phone/phone-card.tsx';

export function PhonePage() {
  const state = usePhone();
  const wanted = useSearch({ from: '/phone' });
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
            <BeCalled first={wanted.assistant} />
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
