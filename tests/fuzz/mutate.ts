/** Makes nonsense that almost makes sense: seeds of a parser, changed byte by byte and piece by piece. */
import { createSeededRandom } from '../../src/base/random.ts';

/** What has broken parsers before. */
const pieces = [
  '\0',
  '\r\n',
  '\t',
  ' ',
  '"',
  "'",
  '\\',
  '/',
  '%',
  '%00',
  '%zz',
  '%u0041',
  '\\u0000',
  '\\ud800',
  '\\n',
  '+',
  '&',
  '=',
  ';',
  ',',
  '{',
  '}',
  '[',
  ']',
  '<',
  '>',
  '<!--',
  ']]>',
  '<![CDATA[',
  '<!DOCTYPE a [<!ENTITY b "c">]>',
  '&amp;',
  '&#0;',
  '&#x110000;',
  '{{',
  '}}',
  '{{name}}',
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'null',
  'true',
  'NaN',
  'Infinity',
  '-0',
  '1e999',
  '-1',
  '0',
  '9007199254740993',
  '99999999999999999999',
  '0x1',
  '\ud800',
  '\udfff',
  '\ufeff',
  '\u2028',
  '\u202e',
  'é',
  '\u0301',
  '😀',
  '٣',
  '＋',
  '+1',
  '00',
  '011',
  ';ext=1',
  '../',
  '..\\',
  'javascript:',
  '$' + '{7*7}',
  '%s',
  '=cmd|',
  '@SUM(1)',
  '-1+1',
  "'; drop table calls; --",
] as const;

export interface Mutator {
  /** The input with this number: the same again for the same seed. */
  inputOf(index: number): string;
}

const longest = 20_000;

export function createMutator(options: { seed: number; corpus: readonly string[] }): Mutator {
  const { seed, corpus } = options;
  return {
    inputOf(index) {
      const random = createSeededRandom(Math.imul(seed + 1, 0x9e37_79b1) ^ Math.imul(index + 1, 0x85eb_ca6b));
      const below = (limit: number) => Math.floor(random.fraction() * limit);
      const pick = <T>(choices: readonly T[]): T => choices[below(choices.length)] as T;
      const change = (text: string): string => {
        const at = below(text.length + 1);
        const end = Math.min(at + below(12), text.length);
        switch (below(12)) {
          case 0:
            return text.slice(0, at) + pick(pieces) + text.slice(at);
          case 1:
            return text.slice(0, at) + pick(pieces) + text.slice(end);
          case 2:
            return text.slice(0, at) + text.slice(end);
          case 3:
            return text.slice(0, at) + String.fromCharCode(below(128)) + text.slice(at + 1);
          case 4:
            return text.slice(0, at) + String.fromCharCode(below(65_536)) + text.slice(at);
          case 5:
            return text.slice(0, end) + text.slice(at);
          case 6: {
            const other = pick(corpus);
            return text.slice(0, at) + other.slice(below(other.length + 1));
          }
          case 7:
            return text.slice(0, at);
          case 8:
            return text.slice(0, at) + pick(pieces).repeat(1 + below(below(20) === 0 ? 2000 : 8)) + text.slice(at);
          case 9:
            return text.slice(at) + text.slice(0, at);
          case 10:
            return text.replace(/\d+/, pick(['0', '-1', '1e400', '4294967296', '0.1', '999999999999999999999']));
          default:
            return text.slice(0, at) + text.slice(at).replace(text[at] ?? '', (text[at] ?? '').toUpperCase());
        }
      };
      let text = pick(corpus);
      for (let changes = below(7); changes >= 0; changes -= 1) text = change(text).slice(0, longest);
      return text;
    },
  };
}
