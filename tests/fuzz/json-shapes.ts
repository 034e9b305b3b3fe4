/** Values for schemas: what JSON can hold, in the place of what is asked for. */
import { createSeededRandom } from '../../src/base/random.ts';

const strange: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -1,
  1.5,
  1e308,
  2 ** 53,
  '',
  ' ',
  '\0',
  '\ud800',
  'x'.repeat(300),
  '+15551234567',
  '+1',
  [],
  [[]],
  {},
  { a: { b: { c: [] } } },
  JSON.parse('{"__proto__":{"admin":true}}'),
  { constructor: 1 },
  { toString: null },
  ['+15551234567'],
  '{{name}}',
  '9'.repeat(40),
  'true',
];

/** A whole body with some of its fields changed, left out, doubled or added, anywhere in it. */
export function bend(body: unknown, seed: number): unknown {
  const random = createSeededRandom(seed);
  const below = (limit: number) => Math.floor(random.fraction() * limit);
  const pick = () => structuredClone(strange[below(strange.length)]);
  const walk = (value: unknown, depth: number): unknown => {
    if (below(depth === 0 ? 40 : 6) === 0) return pick();
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return below(8) === 0 ? [...value, pick()] : value.map((item) => walk(item, depth + 1));
    const entries = Object.entries(value)
      .filter(() => below(8) !== 0)
      .map(([name, inner]): [string, unknown] => [name, walk(inner, depth + 1)]);
    if (below(6) === 0) entries.push([['extra', '__proto__', 'constructor', ''][below(4)] ?? '', pick()]);
    return Object.fromEntries(entries);
  };
  return walk(body, 0);
}
