import { describe, expect, it } from 'vitest';
import { spokenLanguageOf } from './spoken-language.ts';
import { isEcho, isSureEcho, judgeOverlap } from './when-to-yield.ts';
import { sameWords, wordsAfter } from './words.ts';

const spoken = 'Your appointment is on Friday at three.';

type Row = [text: string, what: 'yield' | 'go-on' | 'unknown'];
const rows: Record<string, Row[]> = {
  'en-GB': [
    ['', 'unknown'],
    ['…', 'unknown'],
    ['Uh-huh.', 'go-on'],
    ['mm-hmm', 'go-on'],
    ['Yeah, okay.', 'go-on'],
    ['I see.', 'go-on'],
    ['Got it, go on', 'go-on'],
    ['yes yes yes yes', 'yield'],
    ['No.', 'yield'],
    ['What?', 'yield'],
    ['Stop', 'yield'],
    ['yeah but not on Friday', 'yield'],
    ['Right now', 'yield'],
    ['appointment is on friday', 'go-on'],
    ['Friday', 'yield'],
    ['ja genau', 'yield'],
  ],
  de: [
    ['Ja, genau.', 'go-on'],
    ['Alles klar', 'go-on'],
    ['Nein, halt', 'yield'],
    ['Ja, aber', 'yield'],
  ],
  'es-ES': [
    ['Sí, vale.', 'go-on'],
    ['si\u0301', 'go-on'],
    ['Está bien', 'go-on'],
    ['No, espere', 'yield'],
  ],
  'fr-CA': [
    ['D’accord.', 'go-on'],
    ['Oui, c’est ça', 'go-on'],
    ['Bien sûr', 'go-on'],
    ['Non, attendez', 'yield'],
  ],
  'pt-BR': [
    ['okay', 'go-on'],
    ['sim', 'yield'],
  ],
};
const table = Object.entries(rows).flatMap(([tag, told]) => told.map(([text, what]) => [tag, text, what] as const));

describe('what is said over the assistant’s voice', () => {
  it.each(table)('%s, "%s": %s', (tag, text, what) => {
    expect(judgeOverlap(text, spoken, spokenLanguageOf(tag))).toBe(what);
  });

  it('is its echo when it has its words in their order, surely so when there are many', () => {
    expect(isEcho('on Friday', spoken)).toBe(true);
    expect(isEcho('Friday on', spoken)).toBe(false);
    expect(isEcho('is on Fri', spoken)).toBe(false);
    expect(isSureEcho('on Friday at', spoken)).toBe(false);
    expect(isSureEcho('is on Friday at three', spoken)).toBe(true);
  });
});

describe('words', () => {
  it('are the same however they are written', () => {
    expect(sameWords('On Friday, it’s fine.', "on friday it's fine")).toBe(true);
    expect(sameWords('On Friday.', 'On Monday.')).toBe(false);
  });

  it.each([
    ['Hello?', 'Hello? Are you there?', 'Are you there?'],
    ['hello', 'Hello.', ''],
    ['hello', 'Hell is here', 'Hell is here'],
    ['', 'Hello', 'Hello'],
    ['yes please', 'yes', 'yes'],
  ])('after "%s" in "%s" are "%s"', (beginning, text, rest) => {
    expect(wordsAfter(beginning, text)).toBe(rest);
  });
});
