import fc from 'fast-check';
import { expect, it } from 'vitest';
import { callResult, findAnswer, readResult, toolsResult, toWords } from './mcp-messages.ts';

const sse = 'text/event-stream; charset=utf-8';
const answer = (id: number) => JSON.stringify({ jsonrpc: '2.0', id, result: { tools: [] } });

it.each([
  ['JSON', answer(2), 'application/json'],
  ['a batch', `[${answer(1)},${answer(2)}]`, 'application/json'],
  ['events', `: hello\n\nevent: message\ndata: ${answer(1)}\n\ndata: ${answer(2)}\n\n`, sse],
  ['events with other line ends', `data: ${answer(2)}\r\n\r\n`, sse],
  ['an event of several lines', 'data: {"jsonrpc":"2.0","id":2,\ndata: "result":{}}\n\n', sse],
])('finds the answer to its own request in %s', (_what, body, type) => {
  expect(findAnswer(body, type, 2)).toMatchObject({ id: 2, result: expect.any(Object) });
  expect(findAnswer(body, type, 3)).toBeNull();
});

it('takes no event that is not whole, and never throws', () => {
  expect(findAnswer(`data: ${answer(2)}\n`, sse, 2)).toBeNull();
  fc.assert(
    fc.property(fc.string(), fc.constantFrom(sse, 'application/json', ''), (body, type) => {
      findAnswer(body, type, 1);
      findAnswer(`data: ${body}\n\n`, type, 1);
    }),
  );
});

it('says what the server refuses, and what it does not understand', () => {
  const refused = { id: 1, error: { code: -32_602, message: 'Unknown tool' } };
  expect(() => readResult(callResult, refused)).toThrow('The server refused: Unknown tool');
  expect(() => readResult(callResult, null)).toThrow(/no answer/);
  expect(() => readResult(toolsResult, { id: 1, result: { tools: 7 } })).toThrow(/another form/);
});

it.each<[object, string]>([
  [
    {
      content: [
        { type: 'text', text: 'One.' },
        { type: 'text', text: 'Two.' },
      ],
    },
    'One.\nTwo.',
  ],
  [{ content: [{ type: 'image', data: 'AAAA', mimeType: 'image/png' }] }, '[image]'],
  [{ content: [], structuredContent: { table: 4 } }, '{"table":4}'],
  [{}, ''],
])('tells a model of %j in words', (result, words) => {
  expect(toWords(callResult.parse(result))).toBe(words);
});
