import fc from 'fast-check';
import { expect, it } from 'vitest';
import { findNearMiss } from './near-miss.ts';

const known = ['PUBLIC_URL', 'DATA_DIR', 'PORT'];

it.each([
  ['PUBLIC_UR', 'PUBLIC_URL'],
  ['PUBLIC_RUL', 'PUBLIC_URL'],
  ['PUBLICURL', 'PUBLIC_URL'],
  ['PUBLIC__URLS', 'PUBLIC_URL'],
  ['Data_Dir', 'DATA_DIR'],
  ['PUBLIC_URL_OLD', null],
  ['PORTS', null],
  ['', null],
])('takes %j for %j', (name, meant) => {
  expect(findNearMiss(name, known)).toBe(meant);
});

it('finds every name with up to two letters added anywhere', () => {
  const letters = fc.array(fc.tuple(fc.nat(10), fc.constantFrom('A', 'Z', '_')), { minLength: 1, maxLength: 2 });
  fc.assert(
    fc.property(letters, (added) => {
      const name = added.reduce((text, [at, letter]) => text.slice(0, at) + letter + text.slice(at), 'PUBLIC_URL');
      expect(findNearMiss(name, known)).toBe('PUBLIC_URL');
    }),
  );
});
