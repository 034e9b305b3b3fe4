/** What the listening side knows, hears and tells. */
import type { SpokenLanguage } from './spoken-language.ts';
import type { AnswerPolicy } from './when-to-answer.ts';
import type { YieldPolicy } from './when-to-yield.ts';

/** What the recognizer goes by when it says that a turn is over; see SpeechToText. */
export type EndOfTurn = 'model' | 'pause' | 'none';

export interface AttentionPolicy {
  answer: AnswerPolicy;
  yield: YieldPolicy;
  /** How long after the voice has stopped the recognizer may take to say that the turn is over, by what it goes by. */
  recognizerMs: Readonly<Record<EndOfTurn, number>>;
  /** The same while it has told no word: perhaps it hears nothing. */
  wordlessMs: number;
  /** The same while a voice goes on to be heard: it may be noise. */
  noiseMs: number;
  /** How long it may take to tell what it has heard when it is asked. */
  settleMs: number;
  /** What the person speaks. */
  language: SpokenLanguage;
}

export interface AttentionState {
  /** The number of the newest timer. */
  timer: number;
  waits: 'nothing' | 'answer' | 'overlap' | 'recognizer' | 'settled';
  endOfTurn: EndOfTurn;
  /** The assistant's voice can be heard, or is held; `words`: what it says. */
  voice: { sounds: boolean; words: string };
  /**
   * What somebody does over the assistant's voice: `held`: they are heard, and the voice waits until it is clear what
   * they want; `ignored`: they only show that they listen.
   */
  overlap: 'none' | 'held' | 'ignored';
  /** The energy detector hears a voice. */
  voiceActive: boolean;
  /** Whether the person was told to be speaking. */
  speaking: boolean;
  /** Words of turns that seemed over and were not answered yet. */
  kept: string;
  /** Words of the turn that goes on. */
  text: string;
  /** What a reply is being prepared to. */
  prepared: string | null;
  /** What was dealt with of the turn that goes on: the recognizer will tell it again. */
  done: string | null;
}

export type AttentionEvent =
  /** A recognizer that goes by this listens from now on. */
  | { type: 'ears'; endOfTurn: EndOfTurn }
  | { type: 'voice'; active: boolean }
  | { type: 'speech-started' }
  | { type: 'heard'; text: string }
  | { type: 'turn-may-be-over'; text: string }
  | { type: 'turn-resumed' }
  | { type: 'turn-over'; text: string }
  | { type: 'assistant-voice'; sounds: boolean; words: string }
  /** What the voice says by now. */
  | { type: 'assistant-words'; words: string }
  | { type: 'timer'; timer: number };

export type AttentionEffect =
  | { type: 'set-timer'; timer: number; ms: number }
  | { type: 'clear-timer' }
  /** The assistant's voice stops at once, and can go on. */
  | { type: 'hold-voice' }
  | { type: 'release-voice' }
  /** The recognizer is asked for what it has heard. */
  | { type: 'settle-ears' }
  /** For the turn machine. */
  | { type: 'tell'; event: ToldOfPerson };

/** What the turn machine is told of the person. */
export type ToldOfPerson =
  | { type: 'person-speaking'; speaking: boolean }
  | { type: 'person-interrupts' }
  | { type: 'person-may-have-said'; text: string }
  | { type: 'person-goes-on' }
  | { type: 'person-said'; text: string };

export interface AttentionStep {
  state: AttentionState;
  effects: AttentionEffect[];
}
