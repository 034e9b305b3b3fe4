/** The words of a text: what stands between spaces, with its marks, so that they joined make the text again. */

export interface FoundWord {
  word: string;
  /** Where it begins in the text. */
  at: number;
}

export function findWords(text: string): FoundWord[] {
  return Array.from(text.matchAll(/\S+/gu), ({ 0: word, index }) => ({ word, at: index }));
}
