/** How patient and how wordy an assistant is on the line; times in milliseconds. */
export interface TurnPolicy {
  /** How long the carrier may take to open the conversation on its socket. */
  connectingMs: number;
  /** Silence after the assistant has spoken until it asks whether anyone is there. */
  silenceMs: number;
  /** What it asks then, in this order; after the last one it says goodbye. */
  nudges: readonly string[];
  goodbyeAfterSilence: string;
  /** How long a person who speaks first may stay silent until the assistant greets all the same. */
  openingMs: number;
  /** How long it may take to know whether the person goes on, once a reply is being prepared. */
  preparingMs: number;
  /** How long the model may stay silent until `filler` is said. */
  fillerAfterMs: number;
  filler: string;
  /** The longest wait for a reply; the model's own time-outs should come first. */
  thinkingMs: number;
  /** Said when one reply failed and the person should say it again. */
  lostThread: string;
  /** Said before hanging up when replies keep failing. */
  apology: string;
  /** How many replies in a row may fail until the apology. */
  maxFailures: number;
  /** The longest the person may speak without a pause. */
  personSpeakingMs: number;
  /** Quiet after a pressed key until the keys count as an answer. */
  keysMs: number;
  /** Said when the assistant ends the call without a word of its own. */
  goodbye: string;
  /** The same when it hands the person over to a colleague. */
  connecting: string;
  /** Said when the call has reached its longest duration. */
  outOfTime: string;
  /** How fast the carrier's voice speaks, to know when it should have finished. */
  charactersPerSecond: number;
  /** Added to that estimate before the voice is taken to have finished. */
  playbackSlackMs: number;
  /** How soon after the voice stopped the carrier says that it was interrupted, if it was. */
  settleMs: number;
  /** How long the carrier may take to close the session that we ended. */
  endingMs: number;
  /** The longest that the assistant is kept silent; whoever keeps it so should end that long before. */
  heldMs: number;
}

export const defaultTurnPolicy: TurnPolicy = {
  connectingMs: 10_000,
  silenceMs: 8000,
  nudges: ['Are you still there?', 'Hello? Can you hear me?'],
  goodbyeAfterSilence: 'I cannot hear you, so I will hang up now. Goodbye.',
  openingMs: 2500,
  preparingMs: 10_000,
  fillerAfterMs: 2500,
  filler: 'One moment, please. ',
  thinkingMs: 20_000,
  lostThread: 'Sorry, I lost my train of thought. Could you say that again?',
  apology: 'I am sorry, I am having technical trouble and have to end this call. Goodbye.',
  maxFailures: 2,
  personSpeakingMs: 60_000,
  keysMs: 1500,
  goodbye: 'Goodbye.',
  connecting: 'One moment, please. I will connect you now.',
  outOfTime: 'We have run out of time for this call, so I have to hang up. Goodbye.',
  charactersPerSecond: 15,
  playbackSlackMs: 3000,
  settleMs: 400,
  endingMs: 5000,
  heldMs: 300_000,
};
