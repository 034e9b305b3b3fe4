/** A phone that somebody really holds, in a browser: it rings there, and what is said and typed there is on the line. */
import type { Clock } from '../../base/clock.ts';
import type { SimulatedCallRecord } from '../call-record.ts';
import type { LivePerson, LiveScene, Person, RingingCall } from '../person/person.ts';
import type { PhoneLine } from '../phone-line.ts';
import { listenForPhone } from './listen-for-phone.ts';
import { type FromPhone, fromPhoneSchema, type ToPhone } from './phone-messages.ts';

export interface PhoneSocket {
  send(message: string | Uint8Array): void;
  /** Text, or μ-law of the microphone. */
  onMessage(listener: (message: string | Uint8Array) => void): void;
  onClose(listener: () => void): void;
}

export interface BrowserPhoneParts {
  clock: Clock;
  number: string;
  socket: PhoneSocket;
  /** How words that the network itself speaks for an application are heard. */
  synthesize(text: string): Promise<Uint8Array>;
  /** Calls one of the application's numbers. @throws CallwrightError when nobody can be reached there */
  dialIn(order: { from: string; to: string; person: Person }): SimulatedCallRecord;
}

/** From the microphone to the line, so that late pieces are not missed. */
const bufferMs = 60;
/** Sound that would be heard later than this is given up: nobody wants to talk with a delay. */
const longestDelayMs = 400;
const bytesPerMs = 8;
/** A second of sound. */
const largestPiece = 8000;

type Phase =
  | { is: 'idle' }
  | { is: 'ringing'; decide(decision: 'answers' | 'declines'): void }
  | { is: 'talking'; line: PhoneLine; signal: AbortSignal; nextAtMs: number; saying: Promise<void> };

/** Gives back who answers at its number. */
export function createBrowserPhone(parts: BrowserPhoneParts): Person {
  const { clock, number, socket } = parts;
  let phase: Phase = { is: 'idle' };
  let isGone = false;
  const tell = (message: ToPhone) => {
    if (!isGone) socket.send(JSON.stringify(message));
  };

  const ring = (call: RingingCall, signal: AbortSignal) => {
    // Whoever is on the phone already is busy.
    if (isGone || phase.is !== 'idle') return Promise.resolve('declines' as const);
    const { promise, resolve } = Promise.withResolvers<'answers' | 'declines'>();
    const stop = () => {
      if (phase.is === 'ringing') phase = { is: 'idle' };
      tell({ type: 'missed' });
      resolve('declines');
    };
    signal.addEventListener('abort', stop, { once: true });
    phase = {
      is: 'ringing',
      decide(decision) {
        signal.removeEventListener('abort', stop);
        phase = { is: 'idle' };
        resolve(decision);
      },
    };
    tell({ type: 'ringing', from: call.from, call_sid: call.sid });
    return promise;
  };

  const talk = ({ line, record, signal }: LiveScene) => {
    phase = { is: 'talking', line, signal, nextAtMs: 0, saying: Promise.resolve() };
    tell({ type: 'talking', call_sid: record.sid });
    const leave = listenForPhone(line, { ...parts, tell, hear: (sound) => !isGone && socket.send(sound) });
    const end = () => {
      leave();
      phase = { is: 'idle' };
      tell({ type: 'over', call_sid: record.sid, status: record.status, by: record.endedBy });
    };
    if (signal.aborted) return end();
    signal.addEventListener('abort', end, { once: true });
    if (isGone) line.hangUp();
  };

  const live: LivePerson = { ring, talk };
  const person: Person = {
    name: 'somebody in a browser',
    description: 'Answers in a browser, speaks by microphone or types.',
    pickup: { type: 'answers', afterMs: 0 },
    steps: [],
    patienceMs: 0,
    live,
  };

  const feed = (mulaw: Uint8Array) => {
    if (phase.is === 'talking') phase.nextAtMs = feedLine(phase, mulaw, clock.now());
  };

  const callIn = (to: string) => {
    if (phase.is !== 'idle') return tell({ type: 'refused', why: 'You are on the phone already.' });
    try {
      const { sid } = parts.dialIn({ from: number, to, person });
      tell({ type: 'calling', to, call_sid: sid });
    } catch (error) {
      tell({ type: 'refused', why: error instanceof Error ? error.message : 'The number cannot be called.' });
    }
  };

  const obey = (message: FromPhone) => {
    if (message.type === 'call') return callIn(message.to);
    if (phase.is === 'ringing') {
      if (message.type === 'answer') phase.decide('answers');
      if (message.type === 'hang-up') phase.decide('declines');
      return;
    }
    if (phase.is !== 'talking') return;
    const { line, signal } = phase;
    if (message.type === 'hang-up') line.hangUp();
    // One after the other, as they were typed.
    if (message.type === 'say') phase.saying = phase.saying.then(() => line.say(message.text, signal));
    if (message.type === 'keys') void line.press(message.digits, signal);
  };

  socket.onMessage((message) => {
    if (typeof message !== 'string') return feed(message);
    const parsed = fromPhoneSchema.safeParse(parseJson(message));
    if (parsed.success) obey(parsed.data);
    else tell({ type: 'refused', why: 'This message is not understood.' });
  });
  socket.onClose(() => {
    isGone = true;
    if (phase.is === 'ringing') phase.decide('declines');
    else if (phase.is === 'talking') phase.line.hangUp();
  });
  return person;
}

/** Puts a piece of the microphone's sound on the line; gives the moment from which the next one is heard. */
function feedLine({ line, nextAtMs }: Extract<Phase, { is: 'talking' }>, mulaw: Uint8Array, nowMs: number): number {
  // Words that are typed are on the line alone: nothing may be laid over them.
  if (line.personSpeaks || mulaw.length > largestPiece) return nextAtMs;
  const atMs = nextAtMs < nowMs ? nowMs + bufferMs : nextAtMs;
  if (atMs > nowMs + longestDelayMs) return nextAtMs;
  line.hearPiece(mulaw, atMs);
  return atMs + mulaw.length / bytesPerMs;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
