import fc from 'fast-check';
import { expect, it } from 'vitest';
import { redact, redactJson, redactKinds } from './redact.ts';

const all = redactKinds;

it.each([
  ['My card is 4242 4242 4242 4242, thanks.', 'My card is [card], thanks.'],
  ['It is 4-2-4-2 4 2 4 2 4242 4242.', 'It is [card].'],
  ['378282246310005', '[card]'],
  ['Call +1 (212) 555-0150.', 'Call [phone number].'],
  ['at 5 5 5 0 1 5 0 please', 'at [phone number] please'],
  ['Write to ann.lee@example.co.uk!', 'Write to [email]!'],
  ['ann dot lee at example dot com', 'ann dot [email]'],
  ['DE89 3704 0044 0532 0130 00', '[bank account]'],
  ['My social is 078-05-1120.', 'My social is [national id].'],
])('takes what must not stay out of %j', (text, rest) => {
  expect(redact(text, all)).toBe(rest);
});

it.each([
  'On 2026-06-01 at 17:30 it costs $1,250.50.',
  'Room 4711, table 12, order 123456.',
  'I am 42 and live at 1600 Main Street.',
  'Meet me at noon.',
  '',
])('leaves %j alone', (text) => {
  expect(redact(text, all)).toBe(text);
});

it('takes only what is asked for', () => {
  const text = 'ann@example.com, 4242 4242 4242 4242';
  expect(redact(text, ['emails'])).toBe('[email], 4242 4242 4242 4242');
  expect(redact(text, ['cards'])).toBe('ann@example.com, [card]');
  expect(redact(text, [])).toBe(text);
});

it('goes into every value of what a tool was asked with, and leaves the names', () => {
  const value = { email: 'ann@example.com', list: [2125550150, 7, null, true], deep: { note: 'call 212-555-0150' } };
  const redacted = { email: '[email]', list: ['[phone number]', 7, null, true], deep: { note: 'call [phone number]' } };
  expect(JSON.parse(redactJson(JSON.stringify(value), { kinds: all, numbers: true }))).toEqual(redacted);
  const told = JSON.stringify({ at_ms: 1_764_380_000_000, arguments: JSON.stringify(value) });
  expect(JSON.parse(redactJson(told, { kinds: all, numbers: false }))).toEqual({
    ...{ at_ms: 1_764_380_000_000, arguments: JSON.stringify(redacted) },
  });
  expect(redactJson('{"phone": 212 555 0150', { kinds: all, numbers: true })).toBe('{"phone": [phone number]');
});

it('leaves no card behind, however it is written down', () => {
  const separators = fc.array(fc.constantFrom('', ' ', '-', '.'), { minLength: 15, maxLength: 15 });
  fc.assert(
    fc.property(fc.array(fc.nat(9), { minLength: 15, maxLength: 15 }), separators, (digits, between) => {
      const check = [...Array(10).keys()].find((last) => luhn([...digits, last]) === 0) ?? 0;
      const written = [...digits, check].map((digit, index) => `${digit}${between[index] ?? ''}`).join('');
      expect(redact(`my card ${written} thanks`, ['cards'])).toBe('my card [card] thanks');
    }),
  );
});

const luhn = (digits: number[]) =>
  digits
    .toReversed()
    .reduce(
      (sum, digit, index) => sum + [...String(digit * (1 + (index % 2)))].reduce((all, one) => all + Number(one), 0),
      0,
    ) % 10;

it('takes no longer for a text that was made to be slow', () => {
  for (const text of [
    '1 '.repeat(50_000),
    'a@'.repeat(50_000),
    'a.'.repeat(50_000),
    'DE89'.repeat(20_000),
    'a at '.repeat(20_000),
  ]) {
    redact(text, all);
  }
});
