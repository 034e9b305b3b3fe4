/** What the turn machine knows, hears and asks for. */

/** Why the assistant's side ends the conversation. */
export interface TurnEnding {
  reason: string;
  by: 'person' | 'assistant' | 'request' | 'server' | 'carrier';
}

/** What outlives a phase. */
export interface Memory {
  /** The number of the newest utterance. */
  utterance: number;
  /** The number of the newest timer. */
  timer: number;
  /** How often the silence was broken since the person last spoke. */
  nudges: number;
  /** Replies that failed in a row. */
  failures: number;
  /** Whether the carrier hears the person speak right now. */
  personSpeaking: boolean;
  /**
   * What is said once the person has spoken first, or stays silent; `text` null: a reply. `owed`: also when there were no
   * words in what they spoke. Null when it was said.
   */
  opening: { text: string | null; owed?: boolean } | null;
  /** Whether it is kept silent, and answers nothing, because it is not known or not a person who listens. */
  held: boolean;
}

/** How far a reply is that is prepared while the person may still go on. */
export type Prepared =
  | { state: 'asked' }
  | { state: 'started' }
  | { state: 'ready'; characters: number; ending: TurnEnding | null }
  | { state: 'failed' };

export type TurnState = Memory &
  (
    | { phase: 'connecting' }
    /** A reply was asked for and has not begun. */
    | { phase: 'thinking'; filled: boolean }
    /** A reply was asked for to what the person may have finished saying; nobody hears it yet. */
    | { phase: 'preparing'; reply: Prepared }
    /** The newest utterance is being spoken; `ready` once all of its text is known. */
    | {
        phase: 'speaking';
        startedAtMs: number;
        ready: { characters: number; ending: TurnEnding | null } | null;
        playedCharacters: number;
      }
    | { phase: 'listening'; keys: string }
    /** We ended the session and wait for the carrier to close it. */
    | { phase: 'ending'; ending: TurnEnding }
    | { phase: 'over'; ending: TurnEnding }
  );

export type TurnEvent = { atMs: number } & (
  | { type: 'key-pressed'; digit: string }
  /**
   * `greeting`: what is said first, word for word; null: a reply is asked for. `personFirst`: not before the person has
   * spoken. `resumed`: something was said before; a reply is asked for unless it is the person's turn (`personWaits` false).
   * `hearsAgain`: not before what they said last was heard again.
   */
  | {
      type: 'connected';
      resumed: boolean;
      greeting: string | null;
      personFirst?: boolean;
      personWaits?: boolean;
      hearsAgain?: boolean;
    }
  /** The person began to speak, goes on, or stopped. */
  | { type: 'person-speaking'; speaking: boolean }
  | { type: 'person-said'; text: string }
  /** They have probably finished: a reply can be prepared. */
  | { type: 'person-may-have-said'; text: string }
  /** They say more than what is being answered. */
  | { type: 'person-goes-on' }
  /** They speak over the assistant and want to be heard. */
  | { type: 'person-interrupts' }
  /** The first words of a reply are there. */
  | { type: 'reply-started'; utterance: number }
  | { type: 'reply-ready'; utterance: number; characters: number; ending: TurnEnding | null }
  | { type: 'reply-failed'; utterance: number; retryable: boolean }
  | { type: 'text-played'; characters: number }
  /** All sound of an utterance was played. */
  | { type: 'played-out'; utterance: number }
  | { type: 'voice-started' }
  | { type: 'voice-stopped' }
  | { type: 'interrupted'; heardText: string }
  /** `saying`: the number under which the end of it is told to who wants it said, whatever the other end does meanwhile. */
  | { type: 'say'; text: string; saying?: number }
  /** The assistant speaks next, though the person has said nothing. */
  | { type: 'answer-wanted' }
  /** Stops the assistant until `go-on`, which says `greeting`, or asks for a reply where it is null. */
  | { type: 'hold' }
  | { type: 'go-on'; greeting: string | null }
  | { type: 'end-wanted'; ending: TurnEnding; farewell: string | null }
  /** `isSounding`: the newest utterance is known to be still on its way to the person's ear. */
  | { type: 'timer'; timer: number; isSounding?: boolean }
  /** The carrier closed the session; `clean` when it said so, else the line to it broke. */
  | { type: 'disconnected'; clean: boolean }
);

export type TurnEffect =
  | { type: 'remember-person'; text: string }
  | { type: 'ask-reply'; utterance: number }
  /** The same, as if the person had said `text`; nothing of it is heard before `use-reply`. */
  | { type: 'prepare-reply'; utterance: number; text: string }
  | { type: 'use-reply'; utterance: number }
  | { type: 'cancel-reply'; utterance: number }
  /** Text that we wrote ourselves, all of it at once. */
  | { type: 'speak'; utterance: number; text: string; saying?: number }
  /** Text that fills the wait for a reply and becomes its beginning. */
  | { type: 'fill'; utterance: number; text: string }
  /** What was heard of an utterance: all of it, so much of it, or what the carrier said it had played. */
  | { type: 'heard'; utterance: number; heard: 'all' | 'as-played' | { text: string } }
  | { type: 'set-timer'; timer: number; ms: number }
  | { type: 'clear-timer' }
  | { type: 'end-session'; ending: TurnEnding }
  | { type: 'finish'; ending: TurnEnding };

export interface TurnStep {
  state: TurnState;
  effects: TurnEffect[];
}

export type In<P extends TurnState['phase']> = Extract<TurnState, { phase: P }>;
