/** The ears of a cascade: one recognizer after another until one works, and no sound of a turn lost between them. */
import type { Clock } from '../../../base/clock.ts';
import type { Logger } from '../../../base/log.ts';
import type { Ears, HearingEvent, SpeechToText } from '../../../ports/speech-to-text.ts';
import type { VendorFailed } from '../../../ports/vendor-failed.ts';
import type { AttentionEvent, EndOfTurn } from '../turn/attention-state.ts';
import type { UntoldSound } from '../untold-sound.ts';
import { createVendorChain } from './vendor-chain.ts';

export type HearingHappening =
  | Exclude<HearingEvent, { type: 'failed' }>
  | Extract<AttentionEvent, { type: 'ears' }>
  /** No recognizer is left. */
  | { type: 'deaf' };

export interface HearingParts {
  vendors: readonly SpeechToText[];
  language: string;
  /** What is in it that was spoken is heard first. */
  untold: UntoldSound;
  clock: Clock;
  log: Logger;
  onFailure(error: VendorFailed): void;
  on(event: HearingHappening): void;
}

export interface Hearing extends Ears {
  /** Begins to tell. */
  start(): void;
}

export function createHearing(parts: HearingParts): Hearing {
  const chain = createVendorChain(parts.vendors, parts.clock);
  const { untold } = parts;
  let ears: Ears | null = null;
  let isClosed = false;

  const open = (vendor: SpeechToText | null, heardBefore: readonly Uint8Array[]) => {
    if (isClosed) return;
    if (!vendor) return parts.on({ type: 'deaf' });
    parts.on({ type: 'ears', endOfTurn: vendor.endOfTurn satisfies EndOfTurn });
    // Whoever has been replaced is not listened to any more, whatever it still tells.
    const opened: Ears = vendor.listen({
      language: parts.language,
      hearsAgain: heardBefore.length > 0,
      on: (event) => {
        if (ears === opened) hear(event);
      },
    });
    ears = opened;
    for (const sound of heardBefore) opened.hear(sound);
  };

  const hear = (event: HearingEvent) => {
    if (event.type === 'failed') {
      ears = null;
      parts.log.warn({ vendor: event.error.vendor, code: event.error.code }, 'the recognizer failed');
      parts.onFailure(event.error);
      return open(chain.failed(event.error), untold.all());
    }
    if (event.type === 'turn-over') untold.note('cleared');
    parts.on(event);
  };

  return {
    start: () => open(chain.current, untold.spoken()),
    hear(sound) {
      untold.hear(sound);
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
