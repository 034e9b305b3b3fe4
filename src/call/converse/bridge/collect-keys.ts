/** Collects the keys that the person presses until there are no more. */
import type { CancelTimer, Clock } from '../../../base/clock.ts';

export interface KeyCollector {
  press(digit: string): void;
  /** What was pressed last counts too. */
  close(): void;
}

const mostKeys = 100;

export function collectKeys(parts: { clock: Clock; quietMs: number; on(digits: string): void }): KeyCollector {
  let digits = '';
  let cancel: CancelTimer = () => {};
  const flush = () => {
    cancel();
    const pressed = digits;
    digits = '';
    if (pressed !== '') parts.on(pressed);
  };
  return {
    close: flush,
    press(digit) {
      cancel();
      digits += digit;
      if (digits.length >= mostKeys) return flush();
      cancel = parts.clock.startTimer(parts.quietMs, flush);
    },
  };
}
