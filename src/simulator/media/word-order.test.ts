import { describe, expect, it } from 'vitest';
import { WordOrder } from './word-order.ts';

/** What is wrong with words of these speeches (by number) at these places. */
function check(...places: [utterance: number, index: number][]) {
  const order = new WordOrder();
  return places.map(([utterance, index]) =>
    order.check({ type: 'word-heard', text: `${utterance}.${index}`, utterance, index, atMs: 0 }),
  );
}

describe('the order of words', () => {
  it('is right when each follows the one before, in speech after speech', () => {
    expect(check([7, 0], [7, 1], [3, 0], [3, 1], [3, 2])).toEqual([null, null, null, null, null]);
  });

  it('goes on after the thousand and twenty-fourth word', () => {
    const places = Array.from({ length: 2100 }, (_, at): [number, number] => [1, at % 1024]);
    expect(check(...places).every((problem) => problem === null)).toBe(true);
  });

  it('tells of words that were lost, repeated or stale', () => {
    expect(check([1, 1], [1, 1], [1, 4], [1, 2], [2, 0], [1, 5])).toEqual([
      'a word before "1.1" was not heard',
      '"1.1" was heard twice',
      '2 words before "1.4" were not heard',
      '"1.2" was heard twice',
      null,
      '"1.5" was heard after words of a newer speech',
    ]);
  });
});
