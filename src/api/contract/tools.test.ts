import { expect, it } from 'vitest';
import { toolsSchema } from './tools.ts';

const book = { type: 'http', name: 'book', description: 'Books.', url: 'https://example.com' };
const withParameters = (parameters: unknown) => [{ ...book, parameters }];

it.each([
  [['hang_up', { type: 'press_keys', confirm: true }, book]],
  [withParameters({ type: 'object', properties: { pattern: { type: 'string' } } })],
])('tools that make sense are taken: %j', (tools) => {
  expect(toolsSchema.safeParse(tools).success).toBe(true);
});

it.each([
  [[book, book], 'twice'],
  [['hang_up', 'hang_up'], 'twice'],
  [[{ ...book, name: 'hang_up' }], 'built in'],
  [[{ ...book, name: 'Book a table' }], 'small letters'],
  [[{ ...book, headers: {} }], 'headers'],
  [withParameters({ type: 'string' }), 'JSON Schema with'],
  [withParameters({ type: 'object', properties: { a: { type: 'string', pattern: '(a+)+$' } } }), 'pattern'],
  [withParameters({ type: 'object', properties: { properties: { $ref: '#' } } }), '$ref'],
  [withParameters({ type: 'object', properties: { a: { type: 'nothing' } } }), 'JSON Schema'],
  [[{ ...book, bound: { a: '' }, parameters: { type: 'object', properties: { a: {} } } }], 'server binds'],
])('tools that make none are refused: %j', (tools, words) => {
  const read = toolsSchema.safeParse(tools);
  expect(JSON.stringify(read.error?.issues)).toContain(words);
});
