/** A simulated recognizer that knows when a turn is over: by the words, and by how long none has followed. */
import { createHearing, type HeardWord, toTranscript } from './hearing.ts';

export interface TurnLimits {
  /** A silence after which the turn is probably over; null: never told. */
  eagerMs: number | null;
  /** The turn is over after such a silence when its words end a sentence, ... */
  endMs: number;
  /** ... and after such a one when they do not. */
  unfinishedEndMs: number;
  /** It is over by now, whatever the words. */
  timeoutMs: number;
}

export const usualLimits: TurnLimits = { eagerMs: null, endMs: 400, unfinishedEndMs: 900, timeoutMs: 5000 };

export type TurnEvent =
  | { type: 'start' | 'update' | 'eager' | 'resumed' }
  | { type: 'end'; trigger: 'model' | 'manual' | 'timeout' };

/** The turn as it stands; times in milliseconds of sound since the session's first. */
export interface HeardTurn {
  index: number;
  words: readonly HeardWord[];
  text: string;
  startMs: number;
  nowMs: number;
  /** Without a word. */
  silentMs: number;
}

export interface TurnEar {
  hear(sound: Uint8Array): void;
  setLimits(limits: Partial<TurnLimits>): void;
  /** Ends the turn at once; nothing happens when there is none. */
  endTurn(): void;
}

const updateMs = 240;
const sentenceEnd = /[.?!]["')\]]?$/u;

export function createTurnEar(limits: TurnLimits, on: (event: TurnEvent, turn: HeardTurn) => void): TurnEar {
  let current = limits;
  let index = 0;
  let words: HeardWord[] = [];
  let isEager = false;
  let [toldWords, toldMs] = [0, 0];

  const tell = (event: TurnEvent) => {
    const [first] = words;
    toldWords = words.length;
    toldMs = hearing.heardMs;
    on(event, {
      ...{ index, words: [...words], text: toTranscript(words), startMs: first?.startMs ?? toldMs },
      ...{ nowMs: toldMs, silentMs: hearing.wordlessMs },
    });
  };
  const end = (trigger: 'model' | 'manual' | 'timeout') => {
    tell({ type: 'end', trigger });
    index += 1;
    words = [];
    isEager = false;
    toldWords = 0;
  };
  const resume = () => {
    if (!isEager) return;
    isEager = false;
    tell({ type: 'resumed' });
  };
  const hearing = createHearing({
    wordBegan: resume,
    word(word) {
      resume();
      words.push(word);
      if (words.length === 1) tell({ type: 'start' });
    },
    step() {
      if (words.length === 0) return;
      const { wordlessMs } = hearing;
      const isFinished = sentenceEnd.test(words.at(-1)?.text ?? '');
      if (wordlessMs >= current.timeoutMs) return end('timeout');
      if (wordlessMs >= (isFinished ? current.endMs : current.unfinishedEndMs)) return end('model');
      if (current.eagerMs !== null && !isEager && wordlessMs >= current.eagerMs) {
        isEager = true;
        tell({ type: 'eager' });
      } else if (words.length > toldWords && hearing.heardMs - toldMs >= updateMs) tell({ type: 'update' });
    },
  });
  return {
    hear: (sound) => hearing.hear(sound),
    setLimits(changed) {
      current = { ...current, ...changed };
    },
    endTurn() {
      if (words.length > 0) end('manual');
    },
  };
}
