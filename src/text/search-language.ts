/** By which rules of Postgres the words of a language are brought to their stems, so that "opens" finds "opening". */

const rules = new Map(
  Object.entries({
    ...{ da: 'danish', de: 'german', en: 'english', es: 'spanish', fi: 'finnish', fr: 'french', hu: 'hungarian' },
    ...{ it: 'italian', nb: 'norwegian', nl: 'dutch', no: 'norwegian', pt: 'portuguese', ro: 'romanian' },
    ...{ ru: 'russian', sv: 'swedish', tr: 'turkish' },
  }),
);

/** `simple`, which takes words as they are, for a language that has no rules. */
export function searchLanguageOf(tag: string): string {
  return rules.get(tag.split('-')[0]?.toLowerCase() ?? '') ?? 'simple';
}

const mostWords = 32;
const longestWord = 60;

/** What finds any of the words that a question holds; empty for one without words. */
export function toSearch(question: string): string {
  const words = question.match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];
  return words
    .filter((word) => word.toLowerCase() !== 'or' && word.length <= longestWord)
    .slice(0, mostWords)
    .join(' OR ');
}
