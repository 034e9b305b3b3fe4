/** Which utterance is spoken by which context, one after the other: what is to be sent, and what is told. */
import { bytesPerMs } from '../../audio/mulaw.ts';
import type { SpeakingStep } from '../../ports/speak-over-socket.ts';
import type { WordTime } from '../../ports/text-to-speech.ts';
import { createWordJoiner, type WordJoiner } from './join-words.ts';
import { type SpeechFrame, speechFrames } from './text-to-speech-codec.ts';

export interface ContextQueue {
  say(number: number, text: string): SpeakingStep[];
  finish(number: number): SpeakingStep[];
  cancel(number: number): SpeakingStep[];
  take(frame: Extract<SpeechFrame, { type: 'speech' }>): SpeakingStep[];
  /** A frame that keeps a context open, so that the socket is kept too. */
  toKeepAlive(): string;
}

/** One that is being spoken, or waits until those before it were. */
interface Utterance {
  number: number;
  /** Text that was not sent yet. */
  waiting: string[];
  /** There is no more text. */
  finished: boolean;
  /** Where its sound comes from; null before there is text, and after the vendor has closed it. */
  context: string | null;
  soundBytes: number;
  words: WordJoiner;
}

export function createContextQueue(): ContextQueue {
  const queue: Utterance[] = [];
  let steps: SpeakingStep[] = [];
  const contexts = createContexts((frame) => steps.push({ type: 'send', frame }));
  const stepsOf = (act: () => void) => {
    steps = [];
    act();
    return steps;
  };
  /** Sends what the first utterance has; one without anything left to be spoken makes room for the next. */
  const advance = () => {
    for (let first = queue[0]; first; first = queue[0]) {
      if (first.waiting.length > 0) {
        first.context ??= contexts.take();
        contexts.speak(first.context, first.waiting.splice(0));
        if (first.finished) contexts.end(first.context);
      }
      if (first.context !== null || !first.finished) return;
      queue.shift();
      steps.push({ type: 'spoken', utterance: first.number });
    }
  };
  const take = (first: Utterance, frame: Extract<SpeechFrame, { type: 'speech' }>) => {
    const words = takeWords(first, frame);
    if (words.length > 0) steps.push({ type: 'words', utterance: first.number, words });
    if (frame.sound) steps.push({ type: 'sound', utterance: first.number, sound: frame.sound });
    if (!frame.isFinal) return;
    first.context = null;
    advance();
  };

  return {
    say: (number, text) =>
      stepsOf(() => {
        const newest = queue.at(-1);
        const utterance = newest?.number === number ? newest : toUtterance(number);
        if (utterance !== newest) queue.push(utterance);
        utterance.waiting.push(/\s$/u.test(text) ? text : `${text} `);
        advance();
      }),
    finish: (number) =>
      stepsOf(() => {
        const utterance = queue.find((one) => one.number === number);
        if (!utterance) return;
        utterance.finished = true;
        if (utterance.context !== null) contexts.end(utterance.context);
        advance();
      }),
    cancel: (number) =>
      stepsOf(() => {
        const at = queue.findIndex((utterance) => utterance.number === number);
        const [gone] = at < 0 ? [] : queue.splice(at, 1);
        if (gone?.context && !gone.finished) contexts.close(gone.context);
        advance();
      }),
    take: (frame) =>
      stepsOf(() => {
        const first = queue[0];
        if (first && first.context === frame.context) take(first, frame);
      }),
    toKeepAlive() {
      const first = queue[0];
      // One that was finished is closed for us, and must not be opened again.
      return contexts.toKeepAlive(first && !first.finished ? first.context : null);
    },
  };
}

function createContexts(send: (frame: string) => void) {
  let last = 0;
  /** Opened while nothing is spoken, and taken by the next utterance. */
  let idle: string | null = null;
  const name = () => {
    last += 1;
    return `c${last}`;
  };
  return {
    take(): string {
      const context = idle ?? name();
      if (idle === null) send(speechFrames.open(context));
      idle = null;
      return context;
    },
    speak(context: string, texts: readonly string[]): void {
      for (const text of texts) send(speechFrames.text(context, text));
    },
    /** All of its text is still spoken. */
    end(context: string): void {
      send(speechFrames.flush(context));
      send(speechFrames.close(context));
    },
    close: (context: string) => send(speechFrames.close(context)),
    toKeepAlive(spoken: string | null): string {
      const kept = spoken ?? idle;
      if (kept !== null) return speechFrames.keepAlive(kept);
      idle = name();
      return speechFrames.open(idle);
    },
  };
}

function toUtterance(number: number): Utterance {
  const words = createWordJoiner();
  return { number, waiting: [], finished: false, context: null, soundBytes: 0, words };
}

/** Counts the frame's sound, and gives the words that are complete by it. */
function takeWords(utterance: Utterance, frame: Extract<SpeechFrame, { type: 'speech' }>): WordTime[] {
  const words = frame.alignment ? utterance.words.add(frame.alignment, utterance.soundBytes / bytesPerMs) : [];
  utterance.soundBytes += frame.sound?.length ?? 0;
  return frame.isFinal ? [...words, ...utterance.words.end()] : words;
}
