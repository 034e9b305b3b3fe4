/** Hears a call that is under way, speaks in the place of its assistant, and gives it back. */
import { useEffect, useRef } from 'react';
import { Button } from '../parts/button.tsx';
import { Icon } from '../parts/icon.tsx';
import { type Supervision, supervise, useSupervision } from './supervise.ts';
import type { Side } from './supervisor-sound.ts';

export function ListenCard({ callId }: { callId: string }) {
  const state = useSupervision(callId);
  // Who goes to another page has not heard what follows.
  useEffect(() => () => supervise.stop(), []);
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
      <Buttons callId={callId} state={state} />
      {state.is !== 'off' && state.is !== 'opening' && (
        <div className="flex flex-wrap gap-x-4 gap-y-1 text-[0.87rem] text-soft">
          <Loudness side="person" name="Person" />
          <Loudness side="played" name={state.isTaken ? 'Colleague' : 'Assistant'} />
        </div>
      )}
      <p role="status" className="w-full text-[0.87rem] text-soft">
        {toWords(state)}
      </p>
    </div>
  );
}

function toWords({ is, isTaken, why }: Supervision): string {
  if (is === 'speaking') return 'You speak with the person. The assistant is silent until you hand the call back.';
  if (is === 'taking-over') return 'Waiting for the microphone …';
  if (why) return why;
  if (isTaken) return 'Somebody else has taken the call over.';
  if (is === 'listening') return 'You hear both sides. Nobody hears you.';
  return is === 'opening' ? 'Opening …' : 'Whoever listens is written down.';
}

function Buttons({ callId, state: { is, isTaken } }: { callId: string; state: Supervision }) {
  if (is === 'off' || is === 'opening') {
    return (
      <Button disabled={is === 'opening'} onClick={() => void supervise.listen(callId)}>
        <Icon name="headphones" /> Listen in
      </Button>
    );
  }
  return (
    <>
      {is === 'speaking' ? (
        <Button look="main" onClick={supervise.handBack}>
          <Icon name="assistant" /> Hand back
        </Button>
      ) : (
        <Button disabled={is === 'taking-over' || isTaken} onClick={() => void supervise.takeOver()}>
          <Icon name="mic" /> Take over
        </Button>
      )}
      <Button look="quiet" onClick={supervise.stop}>
        Stop listening
      </Button>
    </>
  );
}

function Loudness({ side, name }: { side: Side; name: string }) {
  const bar = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    let frame = 0;
    const draw = () => {
      if (bar.current) bar.current.style.transform = `scaleX(${supervise.loudness(side).toFixed(2)})`;
      frame = requestAnimationFrame(draw);
    };
    frame = requestAnimationFrame(draw);
    return () => cancelAnimationFrame(frame);
  }, [side]);
  return (
    <span className="flex items-center gap-2">
      {name}
      <span aria-hidden="true" className="h-1.5 w-20 overflow-hidden rounded-full bg-line">
        <span
          ref={bar}
          data-testid={`loudness-${side}`}
          className={`block h-full origin-left ${side === 'person' ? 'bg-person' : 'bg-accent'}`}
        />
      </span>
    </span>
  );
}
