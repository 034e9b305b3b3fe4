/** A person's ear: what the application's voice has done so far, and waiting for it to do something. */
import type { Clock } from '../../base/clock.ts';
import type { Voice } from '../voice.ts';

export interface Ear {
  isSpeaking(): boolean;
  wordsHeard(): number;
  /** Whether an utterance was played out since the person last expected a reply. */
  hasReply(): boolean;
  /** From now on only a later utterance counts as a reply. */
  expectReply(): void;
  /** True once the condition holds; false when nothing at all was heard for `quietMs`, or the ear is closed. */
  waitUntil(condition: () => boolean, quietMs: number): Promise<boolean>;
  /** Ends every wait. */
  close(): void;
}

export function createEar(voice: Voice, clock: Clock): Ear {
  let wordsHeard = 0;
  let hasReply = false;
  let isClosed = false;
  const waiting = new Set<() => void>();
  const changed = () => {
    for (const check of [...waiting]) check();
  };
  const unlisten = voice.listen({
    started: changed,
    heard: () => {
      wordsHeard += 1;
      changed();
    },
    ended: (_utterance, heard) => {
      if (heard.end === 'played') hasReply = true;
      changed();
    },
  });
  return {
    isSpeaking: () => voice.speaking !== null,
    wordsHeard: () => wordsHeard,
    hasReply: () => hasReply,
    expectReply() {
      hasReply = false;
    },
    waitUntil(condition, quietMs) {
      if (isClosed || condition()) return Promise.resolve(!isClosed);
      return new Promise((resolve) => {
        const finish = (result: boolean) => {
          cancel();
          waiting.delete(check);
          resolve(result);
        };
        const startTimer = () => clock.startTimer(quietMs, () => finish(false));
        let cancel = startTimer();
        const check = () => {
          if (isClosed) return finish(false);
          if (condition()) return finish(true);
          cancel();
          cancel = startTimer();
        };
        waiting.add(check);
      });
    },
    close() {
      isClosed = true;
      unlisten();
      changed();
    },
  };
}
