import { describe, expect, it } from 'vitest';
import { verifyWebhook } from '../../../examples/verify-webhook.ts';
import { createFakeClock } from '../../base/clock.ts';
import type { GuardedAnswer, GuardedRequest } from '../../base/guarded-fetch.ts';
import type { HttpToolSetting } from '../tool-settings.ts';
import { createHttpTool, toRequest } from './http-tool.ts';
import { createToolSecrets } from './tool-secrets.ts';

const book: HttpToolSetting = {
  ...{ type: 'http', name: 'book_table', description: 'Books a table.', method: 'POST', waiting_phrase: null },
  parameters: { type: 'object', properties: { day: { type: 'string' } } },
  url: 'https://example.com/calls/{{call.id}}/tables',
  bound: { phone: '{{person.number}}', note: 'for {{variables.name}}{{variables.nobody}}' },
  ...{ timeout_ms: 3000, most_per_call: 4 },
};
const values = {
  call: { id: 'call_1' },
  person: { number: '+15550101' },
  variables: { name: '{{call.id}}/..?', nobody: undefined },
};
const context = { callId: 'call_1', clientId: 'client_a', personNumber: '+15550101' };
const secretOf = createToolSecrets(new Uint8Array(32).fill(7));

function open(setting: HttpToolSetting, answer: Partial<GuardedAnswer>) {
  const asked: GuardedRequest[] = [];
  const guardedFetch = async (request: GuardedRequest): Promise<GuardedAnswer> => {
    asked.push(request);
    return { status: 200, headers: {}, body: Buffer.from(''), isCut: false, ...answer };
  };
  const tool = createHttpTool(
    { clock: createFakeClock(), newId: () => 'req_1', guardedFetch, secretOf },
    setting,
    values,
  );
  return { tool, asked };
}

describe('a tool that asks a service', () => {
  it('sends what the model chose and what the server binds, which no choice replaces', () => {
    const chosen = { day: 'monday', phone: '+15559999', note: 'mine' };
    const { url, body } = toRequest(book, { chosen, values });
    expect(url).toBe('https://example.com/calls/call_1/tables');
    const sent = { day: 'monday', phone: '+15550101', note: 'for {{call.id}}/..?' };
    expect(JSON.parse(body ?? '')).toEqual(sent);
  });

  it('puts values into an address as one piece, and those of a GET into its query', () => {
    const url = 'https://example.com/people/{{variables.name}}/{{variables.none}}?a=1';
    const asked = toRequest({ ...book, method: 'GET', url }, { chosen: { day: 'a&b', seats: 2 }, values });
    expect(asked.url).toBe(
      'https://example.com/people/%7B%7Bcall.id%7D%7D%2F..%3F/?a=1&day=a%26b&seats=2&phone=%2B15550101&note=for+%7B%7Bcall.id%7D%7D%2F..%3F',
    );
    expect(asked.body).toBeUndefined();
  });

  it('signs its requests with the secret of the client, as webhooks are signed', async () => {
    const { tool, asked } = open(book, {});
    await tool.run(context, { day: 'monday' });
    const [{ headers = {}, body = '' }] = asked as [GuardedRequest];
    const now = Number(headers['webhook-timestamp']);
    const message = { headers: headers as Record<string, string>, body };
    expect(verifyWebhook(secretOf('client_a'), message, now)).toMatchObject({ day: 'monday' });
    expect(() => verifyWebhook(secretOf('client_b'), message, now)).toThrow(/signature/);
    expect(() => verifyWebhook(secretOf(null), message, now)).toThrow(/signature/);
    expect(headers['callwright-call-id']).toBe('call_1');
  });

  it.each<[string, Partial<GuardedAnswer>, object]>([
    ['an answer', { body: Buffer.from('{"table":4}') }, { content: '{"table":4}' }],
    ['no words', { status: 204 }, { content: 'Done; the service said nothing more.' }],
    [
      'a refusal',
      { status: 409, body: Buffer.from('full') },
      { content: 'Not done. The service answered 409. full', failed: true },
    ],
    ['a redirection', { status: 302 }, { content: expect.stringContaining('redirects'), failed: true }],
    [
      'more than anybody reads',
      { body: Buffer.from('x'.repeat(9000)) },
      { content: expect.stringMatching(/^x{5000} … \(cut\)$/) },
    ],
  ])('tells the model of %s', async (_what, answer, result) => {
    const { tool } = open(book, answer);
    expect(await tool.run(context, {})).toMatchObject(result);
  });

  it('takes no arguments that its author does not name, unless they say so', () => {
    expect(open(book, {}).tool.definition.parameters).toMatchObject({ additionalProperties: false });
    const lax = { ...book, parameters: { ...book.parameters, additionalProperties: true } };
    expect(open(lax, {}).tool.definition.parameters).toMatchObject({ additionalProperties: true });
  });

  it('is known to have begun before it changes anything, and may only look without that', () => {
    expect(open(book, {}).tool.rules).toEqual({ timeoutMs: 3000, mostPerCall: 4, actsOnWorld: true });
    const look = open({ ...book, method: 'GET', waiting_phrase: 'One moment.' }, {}).tool;
    expect(look.rules).toEqual({ timeoutMs: 3000, mostPerCall: 4, actsOnWorld: false, waitingPhrase: 'One moment.' });
  });
});
