/** Puts what a recognizer tells of a turn in order: what comes twice or out of place is not told. */
import type { HearingEvent } from './speech-to-text.ts';

export interface HearingTurn {
  /** The turn's words so far. */
  readonly text: string;
  /** Whether the vendor has told that somebody speaks, and not yet that the turn is over. */
  readonly isOpen: boolean;
  began(): void;
  /** All words of the turn so far. */
  heard(text: string): void;
  mayBeOver(text: string): void;
  resumed(): void;
  /** Told even where nothing was heard if `wasAskedFor`. */
  over(text: string, wasAskedFor: boolean): void;
}

type TurnEvent = Exclude<HearingEvent, { type: 'failed' }>;

export function createHearingTurn(tell: (event: TurnEvent) => void): HearingTurn {
  let text = '';
  let hasBegun = false;
  let isMaybeOver = false;
  const began = () => {
    if (hasBegun) return;
    hasBegun = true;
    tell({ type: 'speech-started' });
  };
  const resumed = () => {
    if (!isMaybeOver) return;
    isMaybeOver = false;
    tell({ type: 'turn-resumed' });
  };
  const heard = (said: string) => {
    if (said === text) return;
    began();
    resumed();
    text = said;
    tell({ type: 'heard', text });
  };
  return {
    get text() {
      return text;
    },
    get isOpen() {
      return hasBegun;
    },
    began,
    heard,
    resumed,
    mayBeOver(said) {
      if (said === '' || (isMaybeOver && said === text)) return;
      began();
      resumed();
      text = said;
      isMaybeOver = true;
      tell({ type: 'turn-may-be-over', text });
    },
    over(said, wasAskedFor) {
      if (said === '' && !hasBegun && !wasAskedFor) return;
      if (said !== '') began();
      text = '';
      hasBegun = false;
      isMaybeOver = false;
      tell({ type: 'turn-over', text: said });
    },
  };
}
