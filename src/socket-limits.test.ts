import { expect, it } from 'vitest';
import { createFrameBudget, createHandshakeBook, defaultSocketLimits } from './socket-limits.ts';

it('lets a carrier’s fifty frames a second through for ever, and a burst after a stall', () => {
  const isWithin = createFrameBudget(defaultSocketLimits, 0);
  for (let ms = 0; ms < 3_600_000; ms += 20) expect(isWithin(ms)).toBe(true);
  for (let frame = 0; frame < 1000; frame += 1) expect(isWithin(3_600_000)).toBe(true);
});

it('stops who sends faster in the long run', () => {
  const isWithin = createFrameBudget(defaultSocketLimits, 0);
  let sent = 0;
  while (isWithin(sent * 5)) sent += 1;
  // 200 a second: 100 too many each second, of a burst of 1000.
  expect(sent).toBeGreaterThan(1900);
  expect(sent).toBeLessThan(2100);
});

it('counts handshakes by address and together, and forgets those that are over once', () => {
  const book = createHandshakeBook({ ...defaultSocketLimits, maxHandshakes: 3, maxHandshakesPerAddress: 2 });
  const first = book.begin('a');
  book.begin('a');
  expect(book.begin('a')).toBeNull();
  const other = book.begin('b');
  expect(book.begin('c')).toBeNull();
  first?.();
  first?.();
  expect(book.begin('a')).not.toBeNull();
  expect(book.begin('c')).toBeNull();
  other?.();
  expect(book.begin('c')).not.toBeNull();
});
