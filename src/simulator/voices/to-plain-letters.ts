/** Brings a text to the letters that an English synthesizer knows. */

const accents = /\p{M}/gu;
const replacements: readonly [RegExp, string][] = [
  [/[‘’ʼ]/gu, "'"],
  [/[“”«»„]/gu, '"'],
  [/[—–]/gu, ', '],
  [/€/gu, ' euros '],
  [/£/gu, ' pounds '],
  [/[^\x20-\x7e]/gu, ' '],
];

/** Null for a text in which whole words would be lost, or nothing is to be spoken. */
export function toPlainLetters(text: string): string | null {
  let plain = text.normalize('NFKD').replace(accents, '');
  if (/[^\P{L}\x20-\x7e]/u.test(plain)) return null;
  for (const [pattern, replacement] of replacements) plain = plain.replace(pattern, replacement);
  return /[a-z0-9]/i.test(plain) ? plain.trim() : null;
}
