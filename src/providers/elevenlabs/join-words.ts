/** Words and their times over a whole utterance, from characters whose times count from the frame they came in. */
import type { WordTime } from '../../ports/text-to-speech.ts';
import type { Alignment } from './text-to-speech-codec.ts';

export interface WordJoiner {
  /** The words that are complete now; a word may be spread over frames. `fromMs` is where the frame's sound begins. */
  add(alignment: Alignment, fromMs: number): WordTime[];
  /** The word that was being spelled, as nothing follows it. */
  end(): WordTime[];
}

/** A longer word is not one, and is told in pieces. */
const longestWord = 200;

export function createWordJoiner(): WordJoiner {
  let word = '';
  let startMs = 0;
  let endMs = 0;
  // Times never run backwards, whatever a vendor says of them.
  let toldUntilMs = 0;

  const end = (): WordTime[] => {
    if (word === '') return [];
    const told = { word, startMs: Math.max(startMs, toldUntilMs), endMs };
    told.endMs = Math.max(told.endMs, told.startMs + 1);
    toldUntilMs = told.endMs;
    word = '';
    return [told];
  };
  return {
    end,
    add({ chars, startsMs, endsMs }, fromMs) {
      const words: WordTime[] = [];
      for (const [at, char] of chars.entries()) {
        if (char.trim() === '' || word.length >= longestWord) words.push(...end());
        if (char.trim() === '') continue;
        if (word === '') startMs = Math.round(fromMs + (startsMs[at] ?? 0));
        word += char;
        endMs = Math.round(fromMs + (endsMs[at] ?? 0));
      }
      return words;
    },
  };
}
