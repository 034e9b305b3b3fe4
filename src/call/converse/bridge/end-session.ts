/** Ends the session of a bridged conversation once: the call learns why, then the line is closed. */
import { type CancelTimer, type Clock, waitFor } from '../../../base/clock.ts';
import type { CallRecord } from '../call-record.ts';
import type { History } from '../history.ts';
import type { AudioLine, LineEvent } from '../media/audio-line.ts';
import type { TurnEnding } from '../turn/turn-state.ts';

export interface SessionEnd {
  over: Promise<TurnEnding>;
  with(ending: TurnEnding): void;
  /** The same while the regret is played; the conversation is another engine's, otherwise. */
  byWord(ending: TurnEnding): void;
  /** Nobody is left to speak: says sorry with a sound that lies ready, if there is one. */
  withRegret(): void;
  /** The line closed by itself: nobody has to be told why. */
  lineIsGone(clean: boolean): void;
  /** What happens on the line while the regret is played. */
  hear(event: LineEvent): void;
}

export interface SessionEndParts {
  line: AudioLine;
  clock: Clock;
  history: History;
  record: CallRecord;
  spareApology: Uint8Array | null;
  onEnding(ending: TurnEnding): Promise<unknown>;
}

/** How long the call may take to learn of its end before the line is closed. */
const onEndingMs = 2000;
/** How late the carrier may confirm that our regret was heard. */
const playbackSlackMs = 2000;
const failedForGood: TurnEnding = { reason: 'assistant_failed', by: 'server' };
/** The utterance of our regret comes after every other. */
const apology = Number.MAX_SAFE_INTEGER;

export function createSessionEnd(parts: SessionEndParts): SessionEnd {
  const { clock, line } = parts;
  let isOver = false;
  let isLineGone = false;
  let isSorry = false;
  let stopWaiting: CancelTimer = () => {};
  let settle: (ending: TurnEnding) => void = () => {};
  const over = new Promise<TurnEnding>((resolve) => {
    settle = (ending) => void parts.record.flushed().then(() => resolve(ending));
  });
  const close = (ending: TurnEnding) => {
    line.close(1000, 'conversation over');
    settle(ending);
  };
  const end = (ending: TurnEnding) => {
    if (isOver) return;
    isOver = true;
    isSorry = false;
    stopWaiting();
    parts.history.close();
    if (isLineGone) return close(ending);
    line.clear();
    const tooLate = new AbortController();
    const told = Promise.race([parts.onEnding(ending), waitFor(clock, onEndingMs, tooLate.signal)]);
    // The call learns of its end again when the session is over.
    void told
      .catch(() => null)
      .finally(() => {
        tooLate.abort();
        close(ending);
      });
  };
  return {
    over,
    with: end,
    byWord(ending) {
      if (isSorry) end(ending);
    },
    withRegret() {
      if (!parts.spareApology) return end(failedForGood);
      isSorry = true;
      line.play(apology, parts.spareApology);
      line.end(apology);
      const ms = parts.spareApology.length / 8 + playbackSlackMs;
      stopWaiting = clock.startTimer(ms, () => end(failedForGood));
    },
    lineIsGone(clean) {
      isLineGone = true;
      if (isSorry) end(clean ? { reason: 'person_hung_up', by: 'person' } : failedForGood);
    },
    hear(event) {
      if (!isSorry) return;
      if (event.type === 'finished' && event.utterance === apology) end(failedForGood);
    },
  };
}
