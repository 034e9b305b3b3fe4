/** Whether the person lets the call be recorded: what they were asked or told, and what they say to it. Pure. */
import type { LineWords } from './line-rules.ts';

export interface RecordingConsent {
  /** `told`: it is recorded while they stay; `asked`: nothing is recorded yet; `unanswered`: nor will it be. */
  state: 'told' | 'asked' | 'given' | 'refused' | 'unanswered';
  /** Their words, where they said something to it. */
  words: string | null;
}

export interface SaidToIt {
  text: string;
  /** How many things the person has said since the question was heard, this one included; 0 where it was not heard. */
  place: number;
}

/** Who has said two other things has not answered. */
const mostAnswers = 2;
const longestWords = 300;

/** `\w` of the table is a letter or digit of any language. */
const anyOf = (alternatives: string) => {
  const inAnyLanguage = alternatives.replaceAll('\\w', '[\\p{L}\\p{N}]');
  return new RegExp(`(?<![\\p{L}\\p{N}])(?:${inAnyLanguage})(?![\\p{L}\\p{N}])`, 'giv');
};

const plain = (text: string) => text.normalize('NFC').replaceAll('’', "'").replaceAll(/\s+/gu, ' ');

const has = (text: string, alternatives: string) => text.search(anyOf(alternatives)) >= 0;

/** The next state, or null where it stays. Who refuses has the last word; a yes counts only as an answer to the question. */
export function hearConsent(
  consent: RecordingConsent,
  { text, place }: SaidToIt,
  words: LineWords,
): RecordingConsent | null {
  if (consent.state === 'refused') return null;
  const said = plain(text);
  const becomes = (state: RecordingConsent['state']) => ({ state, words: text.slice(0, longestWords) });
  if (has(said, words.objects)) return becomes('refused');
  if (consent.state !== 'asked' || place === 0) return null;
  // "No problem" is no refusal; of what else holds both, the refusal counts.
  if (has(said.replaceAll(anyOf(words.yes), ' '), words.no)) return becomes('refused');
  if (has(said, words.yes)) return becomes('given');
  return place >= mostAnswers ? becomes('unanswered') : null;
}
