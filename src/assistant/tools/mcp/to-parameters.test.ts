import { expect, it } from 'vitest';
import { toParameters } from './to-parameters.ts';

const object = (properties: object, more: object = {}) => ({ type: 'object', properties, ...more });

it('hides what the server binds, and closes the schema to what it does not name', () => {
  const schema = object({ day: { type: 'string' }, phone: { type: 'string' } }, { required: ['day', 'phone'] });
  expect(toParameters(schema, ['phone'])).toEqual({
    ...{ type: 'object', properties: { day: { type: 'string' } }, required: ['day'], additionalProperties: false },
  });
});

it('leaves out what would run on the words of a stranger, but no property of that name', () => {
  const schema = object({
    pattern: { type: 'string', pattern: '(a+)+$' },
    list: { anyOf: [{ type: 'string', pattern: 'x' }] },
  });
  expect(toParameters({ $schema: 'https://json-schema.org/draft/2020-12/schema', ...schema }, [])).toMatchObject({
    properties: { pattern: { type: 'string' }, list: { anyOf: [{ type: 'string' }] } },
  });
  expect(JSON.stringify(toParameters(schema, []))).not.toContain('a+');
});

it.each([
  ['no object', { type: 'string' }],
  ['a reference', object({ a: { $ref: '#/properties/a' } })],
  ['a reference in a list', object({ a: { anyOf: [{ $ref: '#' }] } })],
  ['too long', object({ a: { type: 'string', description: 'x'.repeat(9000) } })],
  ['no schema', object({ a: { type: 'nothing' } })],
])('gives nothing for %s', (_what, schema) => {
  expect(toParameters(schema, [])).toBeNull();
});
