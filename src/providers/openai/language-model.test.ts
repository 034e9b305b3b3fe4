/** The OpenAI provider against a real server on loopback. */
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFakeClock, type FakeClock } from '../../base/clock.ts';
import { type LogFields, silentLogger } from '../../base/log.ts';
import { collect, languageModelContract, requestOf } from '../../ports/contracts/language-model.contract.ts';
import type { LanguageModel } from '../../ports/language-model.ts';
import { type FakeVendor, startFakeVendor } from './fake-vendor.ts';
import { createOpenAiLanguageModel } from './language-model.ts';
import { readReply } from './read-reply.ts';
import { settings } from './settings.ts';
import { createWatchdog } from './watchdog.ts';

const apiKey = 'sk-secret-of-the-tests';
const limits = { firstTokenMs: 3000, betweenTokensMs: 2000, totalMs: 20_000 };

function createModel(vendor: FakeVendor, clock: FakeClock, log = silentLogger): LanguageModel {
  return createOpenAiLanguageModel({ apiKey, baseUrl: vendor.baseUrl, model: 'test-1', fetch, clock, log });
}

languageModelContract({
  name: 'openai',
  limits,
  create: async () => {
    const vendor = await startFakeVendor();
    const clock = createFakeClock();
    return {
      model: createModel(vendor, clock),
      clock,
      vendor,
      speak: async () => {
        const exchange = await vendor.nextRequest();
        exchange.say('Hello ');
        exchange.say('there.');
        exchange.finish();
      },
      speakFirstWord: async () => (await vendor.nextRequest()).say('Hello '),
      close: () => vendor.goAway(),
    };
  },
});

describe('the OpenAI provider on the wire', () => {
  let vendor: FakeVendor;
  let clock: FakeClock;
  let model: LanguageModel;
  const lines: { fields: LogFields; message: string }[] = [];
  const note = (fields: LogFields, message: string) => void lines.push({ fields, message });
  beforeEach(async () => {
    lines.length = 0;
    vendor = await startFakeVendor();
    clock = createFakeClock();
    model = createModel(vendor, clock, { ...silentLogger, info: note, warn: note, error: note, debug: note });
  });
  afterEach(() => vendor.goAway());

  it('sends the conversation and the tools as the protocol has them', async () => {
    const parameters = { type: 'object', properties: { reason: { type: 'string' } } };
    const result = collect(
      model.reply({
        messages: [
          { role: 'system', content: 'Be brief.' },
          {
            role: 'assistant',
            content: '',
            toolCalls: [{ id: 'c1', name: 'look_up', argumentsJson: '{"a":1}' }],
          },
          { role: 'tool', toolCallId: 'c1', content: '{"b":2}' },
          { role: 'user', content: 'And?' },
        ],
        tools: [{ name: 'hang_up', description: 'Ends the call.', parameters }],
        signal: new AbortController().signal,
      }),
    );
    const exchange = await vendor.nextRequest();
    exchange.finish();
    await result;
    expect(exchange.path).toBe('/v1/chat/completions');
    expect(exchange.headers).toMatchObject({ authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' });
    expect(exchange.body).toEqual({
      model: 'test-1',
      stream: true,
      stream_options: { include_usage: true },
      messages: [
        { role: 'system', content: 'Be brief.' },
        {
          role: 'assistant',
          content: null,
          tool_calls: [{ id: 'c1', type: 'function', function: { name: 'look_up', arguments: '{"a":1}' } }],
        },
        { role: 'tool', tool_call_id: 'c1', content: '{"b":2}' },
        { role: 'user', content: 'And?' },
      ],
      tools: [{ type: 'function', function: { name: 'hang_up', description: 'Ends the call.', parameters } }],
    });
  });

  it('leaves tools out when there are none, which the vendor would refuse', async () => {
    const result = collect(model.reply(requestOf('hello')));
    const exchange = await vendor.nextRequest();
    exchange.finish();
    await result;
    expect(exchange.body).not.toHaveProperty('tools');
  });

  it('is done when the model is, although the vendor never closes', async () => {
    const result = collect(model.reply(requestOf('hello')));
    const exchange = await vendor.nextRequest();
    exchange.send({ choices: [{ delta: { content: 'All said.' }, finish_reason: 'stop' }] });
    let done = false;
    void result.then(() => {
      done = true;
    });
    while (!done) {
      await new Promise(setImmediate);
      clock.advance(100);
    }
    expect(await result).toMatchObject({ text: 'All said.', failure: null });
    await exchange.closed;
    expect(clock.pendingTimers).toBe(0);
  });

  it('breaks a connection off that was not read to its end, and leaves one that was', async () => {
    const signals: AbortSignal[] = [];
    const watched: typeof fetch = (url, init) => {
      if (init?.signal) signals.push(init.signal);
      return fetch(url, init);
    };
    const options = { apiKey, baseUrl: vendor.baseUrl, model: 'test-1', clock, log: silentLogger };
    const read = collect(createOpenAiLanguageModel({ ...options, fetch: watched }).reply(requestOf('Hello?')));
    const exchange = await vendor.nextRequest();
    exchange.say('Yes.');
    exchange.finish();
    await read;
    const broken = createOpenAiLanguageModel({ ...options, fetch: watched }).reply(requestOf('Hello?'));
    const first = broken[Symbol.asyncIterator]().next();
    (await vendor.nextRequest()).say('Yes.');
    await first;
    await broken[Symbol.asyncIterator]().return?.();
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, true]);
  });

  it('does not take [DONE] for an answer when the model never finished', async () => {
    const result = collect(model.reply(requestOf('hello')));
    const exchange = await vendor.nextRequest();
    exchange.say('Half a');
    exchange.write('data: [DONE]\n\n');
    exchange.end();
    expect(await result).toMatchObject({ text: 'Half a', failure: { code: 'llm/broken-stream' } });
  });

  it('leaves out what makes no sense and counts it, without its content', async () => {
    const result = collect(model.reply(requestOf('hello')));
    const exchange = await vendor.nextRequest();
    exchange.write(': keep-alive\r\n\r\nevent: odd\r\ndata: {"choices": [{"delta": {"content": 7}}]}\r\n\r\n');
    exchange.write('data: {half\n\ndata: null\n\ndata: {"object":"unknown"}\n\n');
    exchange.say('Fine.');
    exchange.finish();
    expect(await result).toMatchObject({ text: 'Fine.', failure: null });
    expect(lines).toEqual([{ fields: { badEvents: 3 }, message: 'the language model sent events that make no sense' }]);
  });

  it('is not fooled by a vendor that only keeps the connection alive', async () => {
    const result = collect(model.reply(requestOf('hello')));
    const exchange = await vendor.nextRequest();
    exchange.write(': PROCESSING\n\n');
    exchange.send({ choices: [{ delta: { role: 'assistant', content: '' }, finish_reason: null }] });
    clock.advance(limits.firstTokenMs);
    expect((await result).failure).toMatchObject({ code: 'llm/timeout' });
  });

  it('accepts tool calls without index, id or pieces', async () => {
    const result = collect(model.reply(requestOf('hello')));
    const exchange = await vendor.nextRequest();
    const call = (fields: unknown) => exchange.send({ id: 'x', choices: [{ delta: { tool_calls: [fields] } }] });
    call({ id: 'a', function: { name: 'first', arguments: '{' } });
    call({ function: { arguments: '}' } });
    call({ id: 'b', function: { name: 'second', arguments: '{}' } });
    call({ index: 5, function: { name: 'third' } });
    exchange.send({ id: 'x', choices: [{ delta: {}, finish_reason: 'tool_calls' }] });
    exchange.end();
    expect((await result).parts).toEqual([
      { type: 'tool-call', call: { id: 'a', name: 'first', argumentsJson: '{}' } },
      { type: 'tool-call', call: { id: 'b', name: 'second', argumentsJson: '{}' } },
      { type: 'tool-call', call: { id: 'x-5', name: 'third', argumentsJson: '' } },
    ]);
  });

  it.each([
    ['one endless line', 'data: x', 'y'.repeat(40_000)],
    ['one endless event', '', `data: ${'y'.repeat(40_000)}\n`],
    ['far too many events', '', `data: {"a":"${'y'.repeat(40_000)}"}\n\n`],
  ])('stops at %s', async (_, start, piece) => {
    const result = collect(model.reply(requestOf('hello')));
    const exchange = await vendor.nextRequest();
    exchange.write(start);
    for (let sent = 0; sent < 200; sent += 1) exchange.write(piece);
    expect((await result).failure).toMatchObject({ code: 'llm/broken-stream', retryable: false });
    await exchange.closed;
  });

  it.each([
    [403, 'llm/refused', false],
    [404, 'llm/refused', false],
    [307, 'llm/refused', false],
  ] as const)('takes status %i as %s', async (status, code, retryable) => {
    const result = collect(model.reply(requestOf('hello')));
    (await vendor.nextRequest()).answer(status, '{}', { location: 'http://127.0.0.1:1/' });
    expect((await result).failure).toMatchObject({ code, retryable });
    expect(vendor.requestCount).toBe(1);
  });

  it('waits as long as it is asked to, if that leaves time for a reply', async () => {
    const result = collect(model.reply(requestOf('hello')));
    (await vendor.nextRequest()).answer(429, '{}', { 'retry-after': '1' });
    while (lines.length === 0) await new Promise(setImmediate);
    await new Promise(setImmediate);
    clock.advance(999);
    await new Promise(setImmediate);
    expect(vendor.requestCount).toBe(1);
    clock.advance(1);
    const again = await vendor.nextRequest();
    again.say('Back.');
    again.finish();
    expect((await result).text).toBe('Back.');
    expect(lines[0]?.fields).toEqual({ code: 'llm/unavailable', waitMs: 1000 });
  });

  it.each([
    ['asked to wait too long', '{}', { 'retry-after': '3' }],
    ['out of money', '{"error":{"message":"Pay first","code":"insufficient_quota"}}', {}],
  ])('does not ask again when it is %s', async (_, body, headers) => {
    const result = collect(model.reply(requestOf('hello')));
    (await vendor.nextRequest()).answer(429, body, headers as Record<string, string>);
    expect((await result).failure).toMatchObject({ code: 'llm/unavailable' });
    expect(vendor.requestCount).toBe(1);
    expect(clock.pendingTimers).toBe(0);
  });

  it('gives the two attempts one limit for the first token', async () => {
    const result = collect(model.reply(requestOf('hello')));
    const exchange = await vendor.nextRequest();
    clock.advance(2500);
    exchange.answer(503, 'busy');
    while (lines.length === 0) await new Promise(setImmediate);
    await new Promise(setImmediate);
    clock.advance(200);
    await vendor.nextRequest();
    clock.advance(300);
    expect((await result).failure).toMatchObject({ code: 'llm/timeout' });
  });

  it('tells of a page instead of a model', async () => {
    const result = collect(model.reply(requestOf('hello')));
    (await vendor.nextRequest()).answer(200, '<html>', { 'content-type': 'text/html' });
    expect((await result).failure).toMatchObject({
      code: 'llm/refused',
      message: expect.stringMatching(/text\/html/u),
    });
  });

  it('is refused when a content filter withholds the reply', async () => {
    const result = collect(model.reply(requestOf('hello')));
    (await vendor.nextRequest()).send({ choices: [{ delta: {}, finish_reason: 'content_filter' }] });
    expect((await result).failure).toMatchObject({ code: 'llm/refused', retryable: false });
  });

  it('passes the vendor’s words on, cut short and without the key', async () => {
    const result = collect(model.reply(requestOf('a private matter')));
    const message = `Wrong key ${apiKey}: ${'blah '.repeat(1000)}`;
    (await vendor.nextRequest()).answer(401, JSON.stringify({ error: { message } }));
    const { failure } = await result;
    expect(failure?.message).toMatch(/^The language model answered 401: Wrong key \[key\]: blah/u);
    expect(failure?.message.length).toBeLessThan(350);
    expect(JSON.stringify(lines)).not.toMatch(/secret|private/u);
  });
});

it('gives the same reply however the bytes are cut', async () => {
  const text = 'Zażółć 🐈 “gęślą” jaźń';
  const events = [
    ...Array.from(text, (content) => ({ choices: [{ delta: { content } }] })),
    { choices: [{ delta: {}, finish_reason: 'stop' }] },
  ];
  const wire = `${events.map((event) => `data: ${JSON.stringify(event)}\r\n\r\n`).join('')}data: [DONE]`;
  const bytes = new TextEncoder().encode(wire);
  const signal = new AbortController().signal;
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(bytes.length), { maxLength: 60 }), async (cuts) => {
      const places = [0, ...cuts.sort((left, right) => left - right), bytes.length];
      const body = (async function* () {
        for (const [at, start] of places.entries()) yield bytes.subarray(start, places[at + 1] ?? start);
      })();
      const watchdog = createWatchdog({ clock: createFakeClock(), totalMs: 1000, signal });
      const reply = readReply({ body, watchdog, betweenTokensMs: 1000, apiKey, onBadEvent: () => {} });
      expect(await collect(reply)).toMatchObject({ text, failure: null });
    }),
  );
});

it('never fails other than as a language model does, whatever bytes come', async () => {
  const noise = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.json().map((json) => `data: ${json}\n\n`),
    fc.constantFrom(
      'data: [DONE]\n\n',
      'data: {"choices":[{"delta":{"content":"a"}}]}\n\n',
      'data: {"choices":[1]}\n\n',
    ),
    fc.constantFrom('data: {"choices":[{"finish_reason":"stop"}]}\n\n', 'data: {"error":null}\n\n', '\r', ': x\n'),
  );
  const signal = new AbortController().signal;
  await fc.assert(
    fc.asyncProperty(fc.array(noise), async (pieces) => {
      const body = (async function* () {
        for (const piece of pieces) yield new TextEncoder().encode(piece);
      })();
      const watchdog = createWatchdog({ clock: createFakeClock(), totalMs: 1000, signal });
      const reply = readReply({ body, watchdog, betweenTokensMs: 1000, apiKey, onBadEvent: () => {} });
      const { failure } = await collect(reply);
      expect(failure === null || failure.code.startsWith('llm/')).toBe(true);
    }),
    { numRuns: 1000 },
  );
});

it('has settings that need nothing but a key', () => {
  expect(settings.OPENAI_BASE_URL.schema.parse(undefined)).toBe('https://api.openai.com/v1');
  expect(settings.OPENAI_BASE_URL.schema.parse('http://127.0.0.1:11434/v1/')).toBe('http://127.0.0.1:11434/v1');
  expect(settings.OPENAI_BASE_URL.schema.safeParse('ftp://example.com').success).toBe(false);
  expect(settings.OPENAI_API_KEY.schema.parse(undefined)).toBeUndefined();
});
