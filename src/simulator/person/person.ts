/** What a simulated person is: how the phone is taken up, and then step by step what they do. */
import type { SimulatedCallRecord } from '../call-record.ts';
import type { PhoneLine } from '../phone-line.ts';

export type Pickup =
  | { type: 'answers'; afterMs: number }
  | { type: 'busy' }
  | { type: 'does-not-answer' }
  | { type: 'declines'; afterMs: number }
  | { type: 'cannot-be-reached' };

export type Step =
  | { type: 'says'; text: string }
  /** Waits until the application has spoken, or has said these words, and is quiet again. */
  | { type: 'listens'; to?: string }
  | { type: 'interrupts'; afterWords: number; text: string }
  /** Says something over the application without wanting its turn, and expects no answer to it. */
  | { type: 'murmurs'; afterWords: number; text: string }
  | { type: 'coughs'; afterWords: number }
  /** Thinks for `pauseMs` wherever an `…` stands. */
  | { type: 'says-pausing'; text: string; pauseMs: number }
  | { type: 'waits'; ms: number }
  | { type: 'presses'; digits: string }
  | { type: 'talks-nonsense'; ms: number }
  /** Greeting, beep, half a minute of recording. */
  | { type: 'voicemail'; greeting: string }
  | { type: 'fax' }
  | { type: 'hangs-up'; afterWords: number };

export interface SpokenTurn {
  by: 'person' | 'application';
  /** Of the application, what was heard; empty when it was silent for longer than the person waits. */
  text: string;
}

/** What a person does in one turn, in this order; nothing of it is to wait and listen on. */
export interface PersonMove {
  say?: string;
  press?: string;
  hangUp?: boolean;
}

export interface Converse {
  /** Whether the person speaks before the application has. */
  opens: boolean;
  /** `said` ends with the application's turn, or is empty where the person opens. */
  decide(said: readonly SpokenTurn[], signal: AbortSignal): PersonMove | Promise<PersonMove>;
}

export interface Person {
  name: string;
  description: string;
  pickup: Pickup;
  steps: Step[];
  /** Who listens and hears nothing for this long asks "Hello?" once, and then hangs up. */
  patienceMs: number;
  /** How long they wait for something to hear where the application sends its own sound; 5 s unless told. */
  streamPatienceMs?: number;
  /** After the steps: each turn is decided by what was said before. */
  converses?: Converse;
  /** Instead of all that: somebody who is really there. */
  live?: LivePerson;
}

export interface RingingCall {
  sid: string;
  from: string;
}

export interface LiveScene {
  line: PhoneLine;
  record: SimulatedCallRecord;
  /** Aborted when the call is over. */
  signal: AbortSignal;
}

export interface LivePerson {
  /** Settles when the person has decided; `signal` is aborted when the phone rings no longer. */
  ring(call: RingingCall, signal: AbortSignal): Promise<'answers' | 'declines'>;
  /** The line is theirs from now on. */
  talk(scene: LiveScene): void;
}
