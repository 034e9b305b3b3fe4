import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSpokenWords } from './spoken-words.ts';

const times = (text: string, fromMs = 0) =>
  text.split(' ').map((word, at) => ({ word, startMs: fromMs + at * 100, endMs: fromMs + (at + 1) * 100 }));

/** An utterance whose text was told with its times, and whose sound is all there. */
function spoken(text: string, told = text) {
  const words = createSpokenWords();
  words.add(text);
  words.place(times(told));
  words.addSound(text.split(' ').length * 100);
  return words;
}

describe('the words of an utterance', () => {
  it('have been said up to the last one that ended, with its punctuation', () => {
    const words = spoken('Hello, Sarah! “Well”, it is me.', 'Hello Sarah Well it is me');
    expect(words.textAt(99)).toEqual({ text: '', isExact: true });
    expect(words.textAt(100)).toEqual({ text: 'Hello,', isExact: true });
    expect(words.textAt(250).text).toBe('Hello, Sarah!');
    expect(words.textAt(300).text).toBe('Hello, Sarah! “Well”,');
    expect(words.textAt(60_000).text).toBe('Hello, Sarah! “Well”, it is me.');
  });

  it('are told apart when they repeat', () => {
    expect(spoken('No no no, not now.').textAt(200).text).toBe('No no');
  });

  it('are found whatever punctuation and letters the vendor writes them with', () => {
    expect(spoken('Yes, Sarah.', 'YES! sarah').textAt(200).text).toBe('Yes, Sarah.');
  });

  it('are not found inside other words', () => {
    const words = createSpokenWords();
    words.add('It costs $5 as a gift, a small one.');
    words.place(times('It costs five dollars a'));
    expect(words.textAt(500).text).toBe('It costs $5 as a');
  });

  it('may be told in pieces, as of languages without spaces', () => {
    const words = createSpokenWords();
    words.add('今日は、晴れ。');
    words.place(times('今日 は 晴 れ'));
    expect([100, 200, 300, 400].map((ms) => words.textAt(ms).text)).toEqual([
      '今日',
      '今日は、',
      '今日は、晴',
      '今日は、晴れ。',
    ]);
  });

  it('that the vendor writes in its own way are passed over, and those after them are found', () => {
    const words = createSpokenWords();
    words.add('It costs $5 today.');
    expect(words.place(times('It costs five today'))).toEqual([100, 200, 400]);
  });

  it('are guessed from the length of the sound where no times are told', () => {
    const words = createSpokenWords();
    words.add('One two three four five six seven eight.');
    words.addSound(1000);
    expect(words.textAt(1000)).toEqual({ text: 'One two three', isExact: false });
    words.addSound(1000);
    words.complete();
    expect(words.textAt(1000)).toEqual({ text: 'One two three four', isExact: false });
    expect(words.textAt(2000).text).toBe('One two three four five six seven eight.');
  });

  it('are owed until they have sounded, or half of the sound that they are likely to take', () => {
    const words = createSpokenWords();
    expect(words.isOwing).toBe(false);
    words.add('One two three four five. ');
    expect(words.isOwing).toBe(true);
    words.addSound(1000);
    expect(words.isOwing).toBe(false);
    words.add('Six seven eight nine ten eleven. ');
    expect(words.isOwing).toBe(true);
    words.place(times('One two three four five Six seven eight nine ten eleven'));
    expect(words.isOwing).toBe(false);
  });

  it('that come last and are written in another way are not owed once their sound is there', () => {
    const words = createSpokenWords();
    words.add('It costs $5. ');
    words.place(times('It costs'));
    words.addSound(200);
    expect(words.isOwing).toBe(true);
    words.addSound(400);
    expect(words.isOwing).toBe(false);
  });
});

describe('words that another voice goes on with', () => {
  it('begin after the last one that has sounded', () => {
    const words = createSpokenWords();
    words.add('One two three four.');
    words.place(times('One two three four'));
    words.addSound(200);
    expect(words.handOver()).toBe(' three four.');
    words.place(times('three four'));
    words.addSound(200);
    expect([250, 300, 400].map((ms) => words.textAt(ms).text)).toEqual([
      'One two',
      'One two three',
      'One two three four.',
    ]);
  });

  it('are guessed before, and known after, when only the second voice tells times', () => {
    const words = createSpokenWords();
    words.add('One two three four five six seven eight.');
    words.addSound(1000);
    expect(words.handOver()).toBe(' four five six seven eight.');
    words.place(times('four five six'));
    words.addSound(300);
    expect(words.textAt(1000).text).toBe('One two three');
    expect(words.textAt(500).text).toBe('One');
    expect(words.textAt(1050)).toEqual({ text: 'One two three', isExact: true });
    expect(words.textAt(1100)).toEqual({ text: 'One two three four', isExact: true });
  });

  it('are known before, and guessed after, when only the first voice tells times', () => {
    const words = createSpokenWords();
    words.add('One two three four five six.');
    words.place(times('One two three four five six'));
    words.addSound(250);
    expect(words.handOver()).toBe(' three four five six.');
    words.addSound(1000);
    words.complete();
    expect(words.textAt(150)).toEqual({ text: 'One', isExact: true });
    expect(words.textAt(1250).text).toBe('One two three four five six.');
    expect(words.textAt(250).text).toBe('One two');
  });

  it('are all of them when nothing has sounded', () => {
    const words = createSpokenWords();
    words.add('One two.');
    words.place(times('One two'));
    expect(words.handOver()).toBe('One two.');
  });
});

it('tells more and more of the text, always from its beginning, whoever says it', () => {
  const step = fc.oneof(
    fc.constantFrom('Well, ', 'it is ', 'no no ', '$5. ', '… ').map((text) => ({ type: 'text' as const, text })),
    fc.integer({ min: 1, max: 900 }).map((ms) => ({ type: 'sound' as const, ms })),
    fc.constantFrom({ type: 'times' as const }, { type: 'hand-over' as const }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 25 }), (script) => {
      const words = createSpokenWords();
      let rest = '';
      for (const act of script) {
        if (act.type === 'text') {
          words.add(act.text);
          rest += act.text;
        } else if (act.type === 'sound') words.addSound(act.ms);
        else if (act.type === 'times') {
          words.place(times(rest.trim()));
          rest = '';
        } else rest = words.handOver();
      }
      const said = Array.from({ length: 60 }, (_, at) => words.textAt(at * 200).text);
      for (const [at, text] of said.entries()) {
        expect(words.text.startsWith(text)).toBe(true);
        expect(text.length).toBeGreaterThanOrEqual(said[at - 1]?.length ?? 0);
      }
    }),
    { numRuns: 500 },
  );
});
