/** Words of what was said, however it was written. */

const oneWord = /[\p{L}\p{N}']+/gu;

/** Typographic apostrophes become plain ones, and accents one character with their letter. */
const plain = (text: string) => text.normalize('NFC').replaceAll('’', "'");

export const toWords = (text: string): string[] => plain(text).toLowerCase().match(oneWord) ?? [];

/** Whether two texts have the same words. */
export const sameWords = (one: string, other: string): boolean => toWords(one).join(' ') === toWords(other).join(' ');

/** What `text` says beyond the words it begins with; all of it when it begins otherwise. */
export function wordsAfter(beginning: string, text: string): string {
  const count = toWords(beginning).length;
  const last = count === 0 ? undefined : [...plain(text).matchAll(oneWord)][count - 1];
  if (!last) return text;
  const end = last.index + last[0].length;
  if (!sameWords(beginning, plain(text).slice(0, end))) return text;
  return plain(text)
    .slice(end)
    .replace(/^[^\p{L}\p{N}]+/u, '');
}
