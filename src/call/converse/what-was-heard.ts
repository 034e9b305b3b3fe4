/** What of a turn was heard, as far as the carrier tells or the clock lets us guess. */
import type { SpokenTurn } from './spoken-turn.ts';

/**
 * All of it, as much as was played, or what the carrier says was heard before an interruption. `known` is what we know
 * ourselves, from the marks of the line: nothing more of it will be told.
 */
export type Heard = 'all' | 'as-played' | { text: string } | Known;

export interface Known {
  /** Null: all of it. */
  known: string | null;
  /** False for a guess from the length of the sound. */
  isExact: boolean;
}

export const isKnown = (heard: Heard): heard is Known => typeof heard === 'object' && 'known' in heard;

export const isOpen = (turn: SpokenTurn) => turn.speaker === 'assistant' && turn.endedAtMs === null;

export const wasCut = (turn: SpokenTurn) => turn.heardText?.trim() !== turn.text.trim();

/**
 * Where in a turn these words stand, if they can be the next ones played of it; null otherwise. Of a turn that was cut
 * off some words may be missing before those that were still on their way.
 */
export function placeOf(turn: SpokenTurn, text: string): number | null {
  if (!isOpen(turn) && !turn.settling) return null;
  const place = turn.text.indexOf(text.trim(), turn.cursor);
  const isNext = place >= 0 && turn.text.slice(turn.cursor, place).trim() === '';
  return isNext || (place >= 0 && turn.settling) ? place : null;
}

/** The turn that was interrupted after these words: one of which just so much was played, or could have been. */
export function findMeant(turns: readonly SpokenTurn[], heardText: string): SpokenTurn | undefined {
  const heard = heardText.trim();
  const audible = turns.filter((turn) => isOpen(turn) || turn.settling);
  return (
    audible.findLast((turn) => turn.played.trim() === heard) ??
    audible.findLast((turn) => turn.text.trim().startsWith(heard))
  );
}

type HeardFacts = Pick<SpokenTurn, 'heardText' | 'heardSource'>;

export function whatWasHeard(
  turn: SpokenTurn,
  heard: Heard,
  time: { now: number; rate: number; reportsPlayback: boolean },
): HeardFacts {
  if (isKnown(heard))
    return {
      heardText: heard.known === null ? turn.text : heard.known.trim(),
      heardSource: heard.isExact ? 'confirmed' : 'estimated',
    };
  if (typeof heard === 'object') return { heardText: heard.text, heardSource: 'confirmed' };
  if (heard === 'all') return { heardText: turn.text, heardSource: time.reportsPlayback ? 'confirmed' : 'estimated' };
  if (time.reportsPlayback) return { heardText: turn.played.trim(), heardSource: 'confirmed' };
  const characters = Math.floor(((time.now - turn.startedAtMs) * time.rate) / 1000);
  return { heardText: cutAtWord(turn.text, characters), heardSource: 'estimated' };
}

/** As many whole words as fit into so many characters. */
function cutAtWord(text: string, characters: number): string {
  if (characters >= text.length) return text;
  return text.slice(0, Math.max(text.lastIndexOf(' ', characters), 0));
}
