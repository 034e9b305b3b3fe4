/** Makes words of characters that come with their times, piece by piece. */

export interface TimedWord {
  word: string;
  startMs: number;
  endMs: number;
}

export interface TimedWords {
  /** The next character; gives the word that it closes, which is one that white space follows. */
  add(character: string, startMs: number, endMs: number): TimedWord | null;
  /** The word that no character follows any more. */
  close(): TimedWord | null;
}

const space = /^\s*$/u;

export function createTimedWords(): TimedWords {
  let open: TimedWord | null = null;
  const close = () => {
    const word = open;
    open = null;
    return word;
  };
  return {
    close,
    add(character, startMs, endMs) {
      if (space.test(character)) return close();
      open ??= { word: '', startMs, endMs };
      open.word += character;
      open.endMs = Math.max(endMs, open.endMs);
      return null;
    },
  };
}
