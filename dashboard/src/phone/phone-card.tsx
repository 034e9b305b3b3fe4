/** The phone as one holds it: ringing, talking, its keys, and the words of both sides. */
import { Link } from '@tanstack/react-router';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { Button } from '../parts/button.tsx';
import { toDuration, toNumber } from '../parts/format.ts';
import { Icon } from '../parts/icon.tsx';
import { Notice } from '../parts/notice.tsx';
import { type PhoneState, phone, switchPhoneOff, switchPhoneOn, usePhone } from './browser-phone.ts';

export function PhoneCard() {
  const state = usePhone();
  const { call } = state;
  return (
    <section className="panel flex min-h-[26rem] flex-col overflow-hidden" aria-label="Phone">
      <div className="flex flex-col items-center gap-1 border-b border-line bg-raised px-4 py-5">
        <p className="text-[0.87rem] text-soft">{toHeading(state)}</p>
        <p className="text-xl font-semibold tabular-nums">{toPeer(state)}</p>
        {call.is === 'talking' && <TalkingTime sinceMs={call.sinceMs} />}
        <Controls state={state} />
      </div>
      {state.why && state.line === 'on' && (
        <div className="p-3">
          <Notice tone="warn">{state.why}</Notice>
        </div>
      )}
      <Said state={state} />
      {call.is === 'talking' && <TypeInstead hasMicrophone={state.hasMicrophone} />}
      {call.is === 'none' && state.overSid && (
        <p className="border-t border-line p-3 text-center">
          The call is over.{' '}
          <Link to="/calls/$id" params={{ id: state.overSid }} className="font-medium text-accent underline">
            Read and hear it
          </Link>
        </p>
      )}
    </section>
  );
}

function toHeading({ line, call }: PhoneState): string {
  if (line === 'connecting') return 'Taking a line …';
  if (line !== 'on') return 'The phone is off';
  if (call.is === 'ringing') return 'Incoming call';
  if (call.is === 'calling') return 'Calling';
  return call.is === 'talking' ? 'On the line' : 'Your number';
}

function toPeer({ call, number }: PhoneState): string {
  if (call.is === 'ringing') return toNumber(call.from);
  if (call.is === 'calling') return toNumber(call.to);
  return number === null ? '–' : toNumber(number);
}

function TalkingTime({ sinceMs }: { sinceMs: number }) {
  const [seconds, setSeconds] = useState(0);
  const bar = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    let frame = 0;
    const draw = (nowMs: number) => {
      setSeconds(Math.floor((nowMs - sinceMs) / 1000));
      if (bar.current) bar.current.style.transform = `scaleX(${phone.loudness().toFixed(2)})`;
      frame = requestAnimationFrame(draw);
    };
    frame = requestAnimationFrame(draw);
    return () => cancelAnimationFrame(frame);
  }, [sinceMs]);
  return (
    <p className="flex items-center gap-3 text-soft tabular-nums">
      {toDuration(seconds)}
      <span aria-hidden="true" className="h-1.5 w-28 overflow-hidden rounded-full bg-line">
        <span ref={bar} data-testid="loudness" className="block h-full origin-left bg-accent" />
      </span>
    </p>
  );
}

function Controls({ state: { line, call, isMuted, hasMicrophone } }: { state: PhoneState }) {
  const [hasKeys, setKeys] = useState(false);
  if (call.is === 'none') return <Switch line={line} />;
  if (call.is === 'ringing') {
    return (
      <div className="mt-3 flex gap-3">
        <Button look="main" onClick={phone.answer} autoFocus>
          <Icon name="calls" /> Answer
        </Button>
        <Button look="danger" onClick={phone.hangUp}>
          Decline
        </Button>
      </div>
    );
  }
  return (
    <>
      <div className="mt-3 flex flex-wrap justify-center gap-2">
        {call.is === 'talking' && (
          <>
            <Button onClick={phone.toggleMute} aria-pressed={isMuted} disabled={hasMicrophone === false}>
              <Icon name={isMuted || hasMicrophone === false ? 'micOff' : 'mic'} /> {isMuted ? 'Unmute' : 'Mute'}
            </Button>
            <Button onClick={() => setKeys(!hasKeys)} aria-expanded={hasKeys}>
              <Icon name="keypad" /> Keypad
            </Button>
          </>
        )}
        <Button look="danger" onClick={phone.hangUp}>
          <Icon name="hangUp" /> Hang up
        </Button>
      </div>
      {hasKeys && call.is === 'talking' && (
        <div className="mt-3 grid grid-cols-3 gap-2">
          {[...'123456789*0#'].map((key) => (
            <Button key={key} className="w-14" onClick={() => phone.press(key)}>
              {key}
            </Button>
          ))}
        </div>
      )}
    </>
  );
}

function Switch({ line }: { line: PhoneState['line'] }) {
  if (line === 'connecting') return null;
  const isOn = line === 'on';
  return (
    <Button size="small" className="mt-2" onClick={() => (isOn ? switchPhoneOff() : void switchPhoneOn())}>
      {isOn ? 'Switch off' : 'Switch on'}
    </Button>
  );
}

function Said({ state: { said, call } }: { state: PhoneState }) {
  const end = useRef<HTMLLIElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is new is scrolled to.
  useEffect(() => void end.current?.scrollIntoView({ block: 'nearest' }), [said]);
  return (
    <ol className="flex max-h-80 flex-1 flex-col gap-2 overflow-y-auto p-4" aria-live="polite">
      {said.length === 0 && (
        <li className="m-auto text-center text-soft">
          {call.is === 'talking' ? 'Listen, and speak or type.' : 'What is said appears here.'}
        </li>
      )}
      {said.map((line, index) => (
        <li
          // biome-ignore lint/suspicious/noArrayIndexKey: lines are only ever added.
          key={index}
          className={`max-w-[85%] rounded-2xl px-3.5 py-2 break-words ${line.by === 'me' ? 'self-end bg-person-wash' : 'self-start bg-accent-wash'}`}
        >
          <span className="sr-only">{line.by === 'me' ? 'You: ' : 'Assistant: '}</span>
          {line.text}
        </li>
      ))}
      <li ref={end} />
    </ol>
  );
}

function TypeInstead({ hasMicrophone }: { hasMicrophone: boolean | null }) {
  const [text, setText] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (text.trim() === '') return;
    phone.say(text.trim());
    setText('');
  };
  return (
    <form onSubmit={submit} className="border-t border-line p-3">
      <div className="flex gap-2">
        <input
          className="control"
          aria-label="Type what you say"
          placeholder="Type what you say …"
          maxLength={1000}
          autoComplete="off"
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <Button type="submit" look="main" disabled={text.trim() === ''}>
          Say
        </Button>
      </div>
      {hasMicrophone === false && (
        <p className="mt-2 text-[0.85rem] text-soft">
          There is no microphone here, or it may not be used: type instead.
        </p>
      )}
    </form>
  );
}
