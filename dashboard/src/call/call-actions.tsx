/** What can be done with a call that is not over. */
import { type FormEvent, useState } from 'react';
import type { CallWithTurns } from '../../../src/api/contract/calls.ts';
import { change } from '../api/ask.ts';
import { Button } from '../parts/button.tsx';
import { Icon } from '../parts/icon.tsx';
import { useChange } from '../parts/use-change.ts';
import { useMay } from '../use-me.ts';

const waiting = ['scheduled', 'queued'];

export function CallActions({ call }: { call: CallWithTurns }) {
  const mayAct = useMay()('calls:write');
  if (!mayAct || call.state === 'ended') return null;
  return (
    <div className="flex flex-col items-end gap-2">
      <div className="flex flex-wrap justify-end gap-2">
        {call.status === 'in_progress' && <Say call={call} />}
        <End call={call} />
      </div>
    </div>
  );
}

function End({ call }: { call: CallWithTurns }) {
  const action = waiting.includes(call.status) ? 'cancel' : 'hangup';
  const end = useChange({
    send: () => change('POST', `/v1/calls/${call.id}/${action}`, {}),
    touches: ['call', 'calls'],
  });
  return (
    <>
      <Button look="danger" disabled={end.isRunning} onClick={() => end.run(undefined)}>
        <Icon name="hangUp" /> {action === 'cancel' ? 'Cancel' : 'Hang up'}
      </Button>
      {end.refusal && <p className="w-full text-right text-[0.87rem] text-bad">{end.refusal}</p>}
    </>
  );
}

function Say({ call }: { call: CallWithTurns }) {
  const [text, setText] = useState('');
  const say = useChange({
    send: (words: string) => change('POST', `/v1/calls/${call.id}/say`, { text: words }),
    touches: ['call'],
    done: () => setText(''),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (text.trim() !== '') say.run(text.trim());
  };
  return (
    <form onSubmit={submit} className="flex flex-wrap items-center gap-2">
      <input
        className="control !w-64"
        aria-label="Have the assistant say"
        placeholder="Have the assistant say …"
        maxLength={2000}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      <Button type="submit" disabled={say.isRunning || text.trim() === ''}>
        <Icon name="send" /> Say
      </Button>
      {say.refusal && <p className="w-full text-[0.87rem] text-bad">{say.refusal}</p>}
    </form>
  );
}
