/** The ears of a cascade: one recognizer after another until one works, and no sound of a turn lost between them. */
import type { Clock } from '../../../base/clock.ts';
import type { Logger } from '../../../base/log.ts';
import type { Ears, HearingEvent, SpeechToText } from '../../../ports/speech-to-text.ts';
import type { VendorFailed } from '../../../ports/vendor-failed.ts';
import type { AttentionEvent, EndOfTurn } from '../turn/attention-state.ts';
import { KeptSound } from './kept-sound.ts';
import { createVendorChain } from './vendor-chain.ts';

export type HearingHappening =
  | Exclude<HearingEvent, { type: 'failed' }>
  | Extract<AttentionEvent, { type: 'ears' }>
  /** No recognizer is left. */
  | { type: 'deaf' };

export interface HearingParts {
  vendors: readonly SpeechToText[];
  language: string;
  clock: Clock;
  log: Logger;
  onFailure(error: VendorFailed): void;
  on(event: HearingHappening): void;
}

/** Sound since the last turn that the next recognizer is given to hear again: 8 s, in frames of 20 ms. */
const mostKeptFrames = 400;

export interface Hearing extends Ears {
  /** Begins to tell. */
  start(): void;
}

export function createHearing(parts: HearingParts): Hearing {
  const chain = createVendorChain(parts.vendors, parts.clock);
  const kept = new KeptSound(mostKeptFrames);
  let ears: Ears | null = null;
  let isClosed = false;

  const open = (vendor: SpeechToText | null) => {
    if (isClosed) return;
    if (!vendor) return parts.on({ type: 'deaf' });
    parts.on({ type: 'ears', endOfTurn: vendor.endOfTurn satisfies EndOfTurn });
    // Whoever has been replaced is not listened to any more, whatever it still tells.
    const opened: Ears = vendor.listen({
      language: parts.language,
      on: (event) => {
        if (ears === opened) hear(event);
      },
    });
    ears = opened;
    for (const sound of kept.frames()) opened.hear(sound);
  };

  const hear = (event: HearingEvent) => {
    if (event.type === 'failed') {
      ears = null;
      parts.log.warn({ vendor: event.error.vendor, code: event.error.code }, 'the recognizer failed');
      parts.onFailure(event.error);
      return open(chain.failed(event.error));
    }
    if (event.type === 'turn-over') kept.clear();
    parts.on(event);
  };

  return {
    start: () => open(chain.current),
    hear(sound) {
      kept.add(sound);
      ears?.hear(sound);
    },
    settle: () => ears?.settle(),
    close() {
      isClosed = true;
      ears?.close();
      ears = null;
    },
  };
}
