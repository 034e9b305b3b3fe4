/** What a simulated person is: how the phone is taken up, and then step by step what they do. */

export type Pickup =
  | { type: 'answers'; afterMs: number }
  | { type: 'busy' }
  | { type: 'does-not-answer' }
  | { type: 'declines'; afterMs: number }
  | { type: 'cannot-be-reached' };

export type Step =
  | { type: 'says'; text: string }
  /** Waits until the application has spoken and is quiet again. */
  | { type: 'listens' }
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

export interface Person {
  name: string;
  description: string;
  pickup: Pickup;
  steps: Step[];
  /** Who listens and hears nothing for this long asks "Hello?" once, and then hangs up. */
  patienceMs: number;
}
