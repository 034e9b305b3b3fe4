/** Turns in the order in which they were spoken, though their words may come late and out of order. */
import type { HearingStep } from '../../ports/listen-over-socket.ts';

export interface ItemOrder {
  began(id: string): HearingStep[];
  /** Its sound is complete; the words may be to come. */
  closed(id: string): HearingStep[];
  heard(id: string, delta: string): HearingStep[];
  over(id: string, text: string): HearingStep[];
  /** There is nothing more to come of the turn: what was heard of it is all. */
  settled(): HearingStep[];
  /** Whether the words of the first turn are being settled already. */
  readonly isSettling: boolean;
}

interface Item {
  id: string;
  /** The vendor heard speech in it. */
  hasBegun: boolean;
  isClosed: boolean;
  text: string;
  /** All its words, once they are settled. */
  whole: string | null;
}

/** More turns at once than this are not a conversation; the oldest is given up. */
const mostItems = 20;

export function createItemOrder(): ItemOrder {
  let items: Item[] = [];
  let recentlyOver: string[] = [];
  /** Null for a turn that is over: whatever still comes of it is too late. */
  const find = (id: string): Item | null => {
    if (recentlyOver.includes(id)) return null;
    const known = items.find((item) => item.id === id);
    if (known) return known;
    const fresh: Item = { id, hasBegun: false, isClosed: false, text: '', whole: null };
    items = [...items, fresh].slice(-mostItems);
    return fresh;
  };
  const stepsOfFirst = (): HearingStep[] => {
    const first = items[0];
    if (!first) return [];
    const steps: HearingStep[] = first.hasBegun ? [{ type: 'began' }] : [];
    const text = first.text.trim();
    return text === '' ? steps : [...steps, { type: 'heard', text }];
  };
  /** Ends the turns that can be ended, oldest first, and tells what is known of the one after them. */
  const advance = (): HearingStep[] => {
    const steps: HearingStep[] = [];
    for (let first = items[0]; first && first.whole !== null; first = items[0]) {
      steps.push(...stepsOfFirst(), { type: 'over', text: first.whole.trim() });
      recentlyOver = [...recentlyOver, first.id].slice(-mostItems);
      items = items.slice(1);
    }
    return [...steps, ...stepsOfFirst()];
  };
  return {
    began(id) {
      const item = find(id);
      if (item) item.hasBegun = true;
      return advance();
    },
    closed(id) {
      const item = find(id);
      if (item) item.isClosed = true;
      return [];
    },
    heard(id, delta) {
      const item = find(id);
      if (item) item.text += delta;
      return advance();
    },
    over(id, text) {
      const item = find(id);
      if (item) item.whole = text;
      return advance();
    },
    settled() {
      const first = items[0];
      if (!first) return [{ type: 'over', text: '' }];
      first.whole = first.text;
      return advance();
    },
    get isSettling() {
      return items[0]?.isClosed === true;
    },
  };
}
