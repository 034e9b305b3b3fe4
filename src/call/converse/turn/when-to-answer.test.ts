import { describe, expect, it } from 'vitest';
import { spokenLanguageOf } from './spoken-language.ts';
import { answerDelayMs, isReadingNumber, usualAnswerPolicy as policy } from './when-to-answer.ts';

const { sentencePauseMs, openPauseMs, unfinishedPauseMs, numberPauseMs } = policy;

type Row = [text: string, pauseMs: number];
const rows: Record<string, Row[]> = {
  'en-US': [
    ['Yes, I can.', sentencePauseMs],
    ['Really?', sentencePauseMs],
    ['He said "no."', sentencePauseMs],
    ["I'll take that.", sentencePauseMs],
    ['I would like', openPauseMs],
    ['I would like to', unfinishedPauseMs],
    ['On Friday, and...', unfinishedPauseMs],
    ['um', unfinishedPauseMs],
    ['my sofa', openPauseMs],
    ['four one five', unfinishedPauseMs],
    ['It is 4 1 5.', unfinishedPauseMs],
    ['415 555 0199.', sentencePauseMs],
    ['I have two.', sentencePauseMs],
    ['someone', openPauseMs],
  ],
  'de-DE': [
    ['Ja, gerne.', sentencePauseMs],
    ['Ich möchte am Freitag, aber', unfinishedPauseMs],
    ['ähm', unfinishedPauseMs],
    ['null eins sieben', unfinishedPauseMs],
    ['dreiundzwanzig fünfundvierzig', unfinishedPauseMs],
    ['and', openPauseMs],
  ],
  'es-MX': [
    ['Sí, claro.', sentencePauseMs],
    ['El viernes, pero', unfinishedPauseMs],
    ['cinco cinco veintiuno', unfinishedPauseMs],
  ],
  'fr-FR': [
    ['Oui.', sentencePauseMs],
    ['Je voudrais un rendez-vous avec', unfinishedPauseMs],
    ['zéro six douze', unfinishedPauseMs],
    ['soixante', openPauseMs],
  ],
  'ja-JP': [
    ['and', openPauseMs],
    ['four one five', openPauseMs],
    ['0 9 0', unfinishedPauseMs],
  ],
};
const table = Object.entries(rows).flatMap(([tag, told]) => told.map(([text, ms]) => [tag, text, ms] as const));

describe('how much longer to be quiet before answering', () => {
  it.each(table)('%s, a pause after "%s": %i ms', (tag, text, ms) => {
    const language = spokenLanguageOf(tag);
    expect(answerDelayMs(text, { endOfTurn: 'pause', language }, policy)).toBe(ms);
    expect(answerDelayMs(text, { endOfTurn: 'none', language }, policy)).toBe(ms);
  });

  it('not at all where the recognizer knows, except in a number', () => {
    const by = { endOfTurn: 'model', language: spokenLanguageOf('en') } as const;
    expect(answerDelayMs('I would like to', by, policy)).toBe(0);
    expect(answerDelayMs('four one five', by, policy)).toBe(numberPauseMs);
  });
});

describe('a number that is being read out', () => {
  const english = spokenLanguageOf('en');
  it.each(['four one', 'my number is 415 555', 'triple five two', 'Four, one, five,', '4-1-5'])('%s', (text) => {
    expect(isReadingNumber(text, english)).toBe(true);
  });
  it.each(['', 'four', 'four people', '4155550199', 'four one five five five five 0 1 9 9', 'at three o’clock'])(
    'not: %s',
    (text) => {
      expect(isReadingNumber(text, english)).toBe(false);
    },
  );
});
