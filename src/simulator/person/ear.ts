/** A person's ear: what the application's voice or sound has done so far, and waiting for it to do something. */
import type { Clock } from '../../base/clock.ts';
import type { HeardUtterance } from '../call-record.ts';
import type { PhoneLine } from '../phone-line.ts';

export interface Ear {
  isSpeaking(): boolean;
  wordsHeard(): number;
  /** Whether an utterance was played out since the person last expected a reply. */
  hasReply(): boolean;
  /** Whether these words were heard one after another since then, in any case. */
  hasHeard(text: string): boolean;
  /** From now on only a later utterance counts as a reply. */
  expectReply(): void;
  /** What was heard since it was last asked for; an utterance counts when it has ended. */
  takeWords(): string;
  /** Whether the application sends its own sound, which may also be none. */
  isOnStream(): boolean;
  /** True once the condition holds; false when nothing at all was heard for `quietMs()`, or the ear is closed. */
  waitUntil(condition: () => boolean, quietMs: () => number): Promise<boolean>;
  /** Ends every wait. */
  close(): void;
}

export function createEar({ voice, streamed }: PhoneLine, clock: Clock): Ear {
  let wordsHeard = 0;
  let hasReply = false;
  let isClosed = false;
  let words: string[] = [];
  let ofReply: string[] = [];
  const waiting = new Set<() => void>();
  const changed = () => {
    for (const check of [...waiting]) check();
  };
  const heardWord = (word: string | null) => {
    wordsHeard += 1;
    if (word !== null) ofReply.push(word.trim());
    changed();
  };
  const heardAll = ({ end, text }: HeardUtterance) => {
    words.push(text.trim());
    if (end === 'played') hasReply = true;
    changed();
  };
  const unlistenVoice = voice.listen({
    started: changed,
    heard: heardWord,
    ended: (_utterance, heard) => heardAll(heard),
  });
  const unlistenStreamed = streamed.listen({ changed, began: changed, heardWord, ended: (heard) => heardAll(heard) });
  return {
    isSpeaking: () => voice.speaking !== null || streamed.isSounding,
    isOnStream: () => streamed.isOpen,
    wordsHeard: () => wordsHeard,
    hasReply: () => hasReply,
    hasHeard: (text) => ofReply.join(' ').toLowerCase().includes(text.toLowerCase()),
    expectReply() {
      hasReply = false;
      ofReply = [];
    },
    takeWords() {
      const taken = words.filter((text) => text !== '').join(' ');
      words = [];
      return taken;
    },
    waitUntil(condition, quietMs) {
      if (isClosed || condition()) return Promise.resolve(!isClosed);
      return new Promise((resolve) => {
        const finish = (result: boolean) => {
          cancel();
          waiting.delete(check);
          resolve(result);
        };
        const startTimer = () => clock.startTimer(quietMs(), () => finish(false));
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
      unlistenVoice();
      unlistenStreamed();
      changed();
    },
  };
}
