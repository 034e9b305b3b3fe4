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
}

export type TurnState = Memory &
  (
    | { phase: 'connecting' }
    /** A reply was asked for and has not begun. */
    | { phase: 'thinking'; filled: boolean }
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
  /** `greeting`: what is said first, word for word; null: a reply is asked for. */
  | { type: 'connected'; resumed: boolean; greeting: string | null }
  /** The person began to speak, goes on, or stopped. */
  | { type: 'person-speaking'; speaking: boolean }
  | { type: 'person-said'; text: string }
  /** The first words of a reply are there. */
  | { type: 'reply-started'; utterance: number }
  | { type: 'reply-ready'; utterance: number; characters: number; ending: TurnEnding | null }
  | { type: 'reply-failed'; utterance: number; retryable: boolean }
  | { type: 'text-played'; characters: number }
  | { type: 'voice-started' }
  | { type: 'voice-stopped' }
  | { type: 'interrupted'; heardText: string }
  | { type: 'say'; text: string }
  | { type: 'end-wanted'; ending: TurnEnding; farewell: string | null }
  | { type: 'timer'; timer: number }
  /** The carrier closed the session; `clean` when it said so, else the line to it broke. */
  | { type: 'disconnected'; clean: boolean }
);

export type TurnEffect =
  | { type: 'remember-person'; text: string }
  | { type: 'ask-reply'; utterance: number }
  | { type: 'cancel-reply'; utterance: number }
  /** Text that we wrote ourselves, all of it at once. */
  | { type: 'speak'; utterance: number; text: string }
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
