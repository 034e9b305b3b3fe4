import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createWordJoiner } from './join-words.ts';

const letter = fc.record({
  char: fc.constantFrom('a', 'b', 'é', '.', '’', ' ', '\n'),
  startMs: fc.nat(400),
  durationMs: fc.nat(100),
});

it('tells every letter once, in words that are in order in time, whatever the vendor says of it', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.array(letter), fc.nat(5000))), (frames) => {
      const joiner = createWordJoiner();
      const words = frames.flatMap(([letters, fromMs]) =>
        joiner.add(
          {
            chars: letters.map(({ char }) => char),
            startsMs: letters.map(({ startMs }) => startMs),
            endsMs: letters.map(({ startMs, durationMs }) => startMs + durationMs),
          },
          fromMs,
        ),
      );
      words.push(...joiner.end());
      const text = frames.flatMap(([letters]) => letters.map(({ char }) => char)).join('');
      expect(words.map(({ word }) => word).join(' ')).toBe(text.trim().replace(/\s+/gu, ' '));
      for (const [at, { startMs, endMs }] of words.entries()) {
        expect(startMs).toBeGreaterThanOrEqual(words[at - 1]?.endMs ?? 0);
        expect(endMs).toBeGreaterThan(startMs);
      }
    }),
  );
});

it('tells a word without end in pieces', () => {
  const joiner = createWordJoiner();
  const chars = [...'x'.repeat(450)];
  const times = chars.map((_, at) => at);
  const words = [...joiner.add({ chars, startsMs: times, endsMs: times }, 0), ...joiner.end()];
  expect(words.map(({ word }) => word.length)).toEqual([200, 200, 50]);
});
