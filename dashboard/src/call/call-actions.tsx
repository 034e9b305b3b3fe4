/** Ends a call that is not over. */
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
      <End call={call} />
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
