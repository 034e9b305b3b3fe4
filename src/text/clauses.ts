/** Cuts text that comes in pieces into what a voice can begin with: the first clause at once, then whole sentences. */

export interface ClauseCutter {
  /** What can be said by now, each with the space that follows it where that has come. */
  add(text: string): string[];
  /** What is left when there is no more. */
  rest(): string;
}

/** A first clause shorter than this sounds cut off. */
const shortestFirst = 8;
/** Whoever writes without punctuation is cut at a space after so much. */
const longestPiece = 240;
/** The end of a sentence, with quotes and brackets, before a space; not after an initial, a number or an abbreviation. */
const sentenceEnd = /(?:[!?…]|(?<!\b(?:\p{Lu}|Mr|Mrs|Ms|Dr|Prof|St|No|vs|approx|e\.g|i\.e))\.)[.!?…]*["'”’)\]]*\s+/u;
const clauseEnd = /(?:[,;:]|\s[–—-])["'”’)\]]*\s+/u;

/** The end of a clause although nothing follows it yet: models write the space with the next word, a token later. */
const endsInClause = /\p{L}[,;]$/u;

export function createClauseCutter(): ClauseCutter {
  let waiting = '';
  let isFirst = true;

  const cut = (): string | null => {
    const end = isFirst ? firstEnd(waiting) : endOf(sentenceEnd, waiting);
    const at =
      end ?? (waiting.length > longestPiece ? waiting.lastIndexOf(' ', longestPiece) + 1 || longestPiece : null);
    if (at === null) return null;
    const piece = waiting.slice(0, at);
    waiting = waiting.slice(at);
    isFirst = false;
    return piece;
  };

  return {
    add(text) {
      waiting += text;
      const pieces: string[] = [];
      for (let piece = cut(); piece !== null; piece = cut()) pieces.push(piece);
      return pieces;
    },
    rest() {
      const rest = waiting;
      waiting = '';
      isFirst = true;
      return rest;
    },
  };
}

function endOf(end: RegExp, text: string): number | null {
  const found = end.exec(text);
  return found ? found.index + found[0].length : null;
}

/** Where the first clause that is long enough ends. */
function firstEnd(text: string): number | null {
  const ends = [endOf(sentenceEnd, text)];
  for (const found of text.matchAll(new RegExp(clauseEnd, 'gu'))) {
    const at = found.index + found[0].length;
    if (at >= shortestFirst) {
      ends.push(at);
      break;
    }
  }
  const known = ends.filter((end) => end !== null);
  if (known.length > 0) return Math.min(...known);
  return text.length >= shortestFirst && endsInClause.test(text) ? text.length : null;
}
