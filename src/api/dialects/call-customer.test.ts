import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseBody } from './call-customer.ts';

const to = '+12025551234';
const e164 = '"to" must be a phone number in E.164 format';

it.each<[unknown, string]>([
  [undefined, '"to" is required'],
  [{}, '"to" is required'],
  [{ verification: 98765 }, '"to" is required'],
  [{ to }, '"verification" is required'],
  [{ to: null, verification: 1 }, '"to" must be a string'],
  [{ to: 12025551234, verification: 1 }, '"to" must be a string'],
  [{ to: ['+12025551234'], verification: 1 }, '"to" must be a string'],
  [{ to: '', verification: 1 }, '"to" is not allowed to be empty'],
  [{ to: '', verification: 'x' }, '"to" is not allowed to be empty'],
  [{ to: '2025551234', verification: 1 }, e164],
  [{ to: '+0025551234', verification: 1 }, e164],
  [{ to: '+1202555123456789', verification: 1 }, e164],
  [{ to: '+12025551234\n', verification: 1 }, e164],
  [{ to: ' +12025551234', verification: 1 }, e164],
  [{ to, verification: '98765' }, '"verification" must be a number'],
  [{ to, verification: null }, '"verification" must be a number'],
  [{ to, verification: true }, '"verification" must be a number'],
  [{ to, verification: {} }, '"verification" must be a number'],
  [{ to, verification: JSON.parse('1e999') }, '"verification" cannot be infinity'],
  [{ to, verification: JSON.parse('-1e999') }, '"verification" cannot be infinity'],
  [{ to, verification: 2 ** 53 }, '"verification" must be a safe number'],
  [null, '"value" must be of type object'],
  [[], '"value" must be of type object'],
  ['{}', '"value" must be of type object'],
  [7, '"value" must be of type object'],
])('says of %j what Joi says', (body, message) => {
  expect(parseBody(body)).toEqual({ ok: false, message });
});

it.each([[98765], [0], [-5], [1.5], [1e-7], [Number.MAX_SAFE_INTEGER]])('takes %d for a number', (verification) => {
  expect(parseBody({ to, verification, more: 'is ignored' })).toEqual({ ok: true, wanted: { to, verification } });
});

it('makes nought of minus nought, which no path could tell from it', () => {
  expect(parseBody({ to, verification: -0 })).toEqual({ ok: true, wanted: { to, verification: 0 } });
});

it('has one answer for whatever JSON can hold', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (body) => {
      const parsed = parseBody(body);
      return parsed.ok ? typeof parsed.wanted.to === 'string' : parsed.message.startsWith('"');
    }),
  );
});
