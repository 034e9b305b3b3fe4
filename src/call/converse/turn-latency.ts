/** Measures each answer of the assistant, step by step, from the last sound that the person made. */
import type { Clock } from '../../base/clock.ts';

/** When each step of an answer happened, in ms since the person's last sound; null for a step that did not happen. */
export interface TurnLatency {
  /** We decided that the person's turn is over. */
  decided_ms: number | null;
  /** The recognizer's final words arrived. */
  final_ms: number | null;
  /** The language model's first words arrived. */
  first_token_ms: number | null;
  /** The first sound arrived from who speaks for us. */
  first_sound_ms: number | null;
  /** The first of it was written to the carrier. */
  first_frame_ms: number | null;
  /** The carrier said that the first of it was played. */
  heard_ms: number | null;
}

export interface TurnLatencyBook {
  /** The line sounded like speech so many ms ago, just now by default: called for every such frame, or before `final` and `decided`. */
  personSound(agoMs?: number): void;
  final(): void;
  decided(): void;
  /** Only the first call for an utterance counts, here and below; those for one older than the newest never do. */
  firstToken(utterance: number): void;
  firstSound(utterance: number): void;
  firstFrame(utterance: number): void;
  heard(utterance: number): void;
  /** What is known by now of the utterance that answers the person; null for others: a greeting, a reminder. */
  take(utterance: number): TurnLatency | null;
}

/** What the person said and what an utterance answers, as moments of the monotonic clock. */
interface Question {
  soundAtMs: number;
  finalAtMs: number | null;
  decidedAtMs: number;
}

interface Answer {
  utterance: number;
  question: Question | null;
  tokenAtMs: number | null;
  soundAtMs: number | null;
  frameAtMs: number | null;
  heardAtMs: number | null;
}

export function createTurnLatency(clock: Clock): TurnLatencyBook {
  let soundAtMs: number | null = null;
  /** The recognizer's word on what is being said: what sounds after it is no more part of that. */
  let final: { atMs: number; soundAtMs: number | null } | null = null;
  let question: Question | null = null;
  /** Whether the question waits for the first of its answer. */
  let isOpen = false;
  let answer: Answer = newAnswer(Number.NEGATIVE_INFINITY, null);

  /** The newest utterance, or null for an older one. */
  const answerOf = (utterance: number) => {
    if (utterance > answer.utterance) answer = newAnswer(utterance, isOpen ? question : null);
    return utterance === answer.utterance ? answer : null;
  };
  const note = (step: 'tokenAtMs' | 'soundAtMs' | 'heardAtMs') => (utterance: number) => {
    const noted = answerOf(utterance);
    if (noted) noted[step] ??= clock.monotonicMs();
  };

  return {
    personSound(agoMs = 0) {
      soundAtMs = Math.max(clock.monotonicMs() - agoMs, soundAtMs ?? Number.NEGATIVE_INFINITY);
    },
    final() {
      // The last words may come after the decision, and some vendors write them down even after their answer began.
      const isLate = isOpen || soundAtMs === null;
      if (isLate && question && question.finalAtMs === null) question.finalAtMs = clock.monotonicMs();
      else final = { atMs: clock.monotonicMs(), soundAtMs };
    },
    decided() {
      const lastSoundAtMs = final ? final.soundAtMs : soundAtMs;
      const finalAtMs = final?.atMs ?? null;
      question =
        lastSoundAtMs === null ? null : { soundAtMs: lastSoundAtMs, finalAtMs, decidedAtMs: clock.monotonicMs() };
      isOpen = question !== null;
      soundAtMs = null;
      final = null;
      // Asked for ahead of the decision, and not heard yet.
      if (answer.frameAtMs === null) answer.question ??= question;
    },
    firstToken: note('tokenAtMs'),
    firstSound: note('soundAtMs'),
    firstFrame(utterance) {
      const noted = answerOf(utterance);
      if (!noted || noted.frameAtMs !== null) return;
      noted.frameAtMs = clock.monotonicMs();
      isOpen = false;
    },
    heard: note('heardAtMs'),
    take(utterance) {
      return utterance === answer.utterance && answer.question ? toLatency(answer.question, answer) : null;
    },
  };
}

function newAnswer(utterance: number, question: Question | null): Answer {
  return { utterance, question, tokenAtMs: null, soundAtMs: null, frameAtMs: null, heardAtMs: null };
}

function toLatency(question: Question, answer: Answer): TurnLatency {
  const since = (atMs: number | null) => (atMs === null ? null : Math.round(atMs - question.soundAtMs));
  return {
    decided_ms: since(question.decidedAtMs),
    final_ms: since(question.finalAtMs),
    first_token_ms: since(answer.tokenAtMs),
    first_sound_ms: since(answer.soundAtMs),
    first_frame_ms: since(answer.frameAtMs),
    heard_ms: since(answer.heardAtMs),
  };
}
