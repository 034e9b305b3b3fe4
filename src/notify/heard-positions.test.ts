import { expect, it } from 'vitest';
import { createHeardPositions } from './heard-positions.ts';

it('says of each position once that it is new, in whatever order they come', () => {
  const heard = createHeardPositions();
  heard.startAt(10);
  const come = [9, 10, 12, 11, 12, 13, 11];
  expect(come.filter((position) => heard.add(position))).toEqual([12, 11, 13]);
  expect(heard.newest()).toBe(13);
});

it('forgets the oldest of very many, and takes none of them for new', () => {
  const heard = createHeardPositions();
  for (let position = 1; position <= 100_000; position += 1) expect(heard.add(position)).toBe(true);
  for (const position of [1, 50_000, 79_999, 100_000]) expect(heard.add(position)).toBe(false);
});
