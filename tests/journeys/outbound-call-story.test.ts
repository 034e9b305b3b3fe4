/** What happens to a call of `POST /api/outbound-call` after the answer: TwiML, the session, the model, the log; and who may ask. */
import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LanguageModel, ReplyRequest } from '../../src/ports/language-model.ts';
import type { SimulatedCallRecord } from '../../src/simulator/call-record.ts';
import { createLogBook, type LogBook, type LogLine } from '../setup/log-book.ts';
import { type RunningServer, startServer } from '../setup/running-server.ts';

const path = '/api/outbound-call';
const number = '+15558675310';
const sarah = {
  customerName: 'Sarah Johnson',
  accountId: 'ACC78910',
  callReason: 'Payment reminder',
  amount: '$250.00',
  dueDate: '2025-12-10',
};
const listener = 'answers after 1s\nlistens\nhangs up';

/** A model that says one sentence and keeps what it was asked. */
function createListeningModel() {
  const requests: ReplyRequest[] = [];
  const model: LanguageModel = {
    name: 'listening',
    async *reply(request) {
      requests.push(request);
      yield { type: 'text', text: 'Hello, this is a test. ' };
    },
  };
  return { model, requests };
}

const { model, requests } = createListeningModel();
let book: LogBook;
let server: RunningServer;
beforeAll(async () => {
  book = createLogBook();
  server = await startServer({ speed: 8, overrides: { languageModel: model, log: book.log } });
  server.person(number, listener);
});
afterAll(() => server.stop());

/** One whole call with these parameters: the truth of the network about it. */
async function callWith(customParameters: Record<string, unknown>): Promise<SimulatedCallRecord> {
  const sid = await server.dial(number, customParameters);
  await server.whenOver(sid);
  return server.simulator.whenCallEnds(sid);
}

function setupOf(record: SimulatedCallRecord): Record<string, unknown> {
  const frames = record.relayFrames.map(({ text }) => JSON.parse(text) as Record<string, unknown>);
  return frames.find(({ type }) => type === 'setup') ?? {};
}

const twimlOf = (record: SimulatedCallRecord) => record.webhooks.find(({ kind }) => kind === 'voice')?.body ?? '';

describe('a call with parameters', () => {
  it('gives the model the call context exactly as documented', async () => {
    await callWith(sarah);
    const systems = requests.at(-1)?.messages.filter(({ role }) => role === 'system') ?? [];
    expect(systems.at(-1)).toEqual({
      role: 'system',
      content:
        'Call Context: {\n  "customerPhone": "+15558675310",\n  "customParameters": {\n    "customerName": "Sarah Johnson",\n    "accountId": "ACC78910",\n    "callReason": "Payment reminder",\n    "amount": "$250.00",\n    "dueDate": "2025-12-10"\n  }\n}',
    });
  });

  it('answers the carrier with one relay that carries each parameter, and nothing else', async () => {
    const record = await callWith(sarah);
    const socket = server.url.replace('http', 'ws');
    const parameters = Object.entries(sarah).map(([name, value]) => `<Parameter name="${name}" value="${value}"/>`);
    expect(twimlOf(record).replaceAll(/>\s+</g, '><')).toMatch(
      new RegExp(
        [
          '^<\\?xml version="1.0" encoding="UTF-8"\\?>',
          `<Response><Connect action="${server.url}/api/call-after\\?callId=call_\\w+#rc=3&amp;rp=ct,rt,5xx">`,
          `<ConversationRelay url="${socket}/relay/call_\\w+/[\\w-]{43}" [^>]*>`,
          ...parameters.map((parameter) => parameter.replaceAll(/[$.]/g, '\\$&')),
          '</ConversationRelay></Connect></Response>$',
        ].join(''),
      ),
    );
    expect(setupOf(record).customParameters).toEqual(sarah);
  });

  it('sends values that are not text as JSON text to the session, and as they are to the model', async () => {
    const odd = { count: 3, price: 1.5, open: true, nothing: null, list: [1, 'a'], deep: { a: { b: 'c' } }, empty: '' };
    const record = await callWith(odd);
    expect(setupOf(record).customParameters).toEqual({
      ...{ count: '3', price: '1.5', open: 'true', nothing: 'null', list: '[1,"a"]', deep: '{"a":{"b":"c"}}' },
      empty: '',
    });
    const context = requests.at(-1)?.messages.findLast(({ role }) => role === 'system')?.content ?? '';
    expect(JSON.parse(context.slice('Call Context: '.length))).toEqual({
      customerPhone: number,
      customParameters: odd,
    });
  });

  it('keeps markup, quotes and other scripts in parameters as text', async () => {
    const hostile = {
      '<Say>"\'&': '</Parameter><Hangup/>',
      quote: `"><Hangup/><Parameter name="x" value='`,
      entity: '&lt;&#60;&amp;',
      other: '電話 ☎ \u{1f4de} ñ',
      lines: 'one\ntwo\tthree',
    };
    const record = await callWith(hostile);
    expect(setupOf(record).customParameters).toEqual(hostile);
    expect(twimlOf(record)).not.toContain('<Hangup');
  });

  it('holds a conversation even when the parameters are as long as they may be', async () => {
    const record = await callWith({ text: 'x'.repeat(5900) });
    expect(record.heard.map(({ text }) => text).join('')).toContain('Hello, this is a test.');
    const context = requests.at(-1)?.messages.findLast(({ role }) => role === 'system')?.content ?? '';
    expect(context).toContain('x'.repeat(5900));
  });
});

describe('the log of a call', () => {
  const stepsOf = (callId: unknown, sid: string, lines: readonly LogLine[]) =>
    lines.filter((line) => line.callId === callId || line.callSid === sid || line.carrierSid === sid);

  it('shows every step with its SID and status, and nothing of who was called', async () => {
    const secretName = 'Zebedee Quux';
    const before = book.lines.length;
    const sid = await server.dial(number, { customerName: secretName });
    const { id } = await server.whenOver(sid);
    const lines = stepsOf(id, sid, book.lines.slice(before));
    const told = lines.map(({ msg, status }) => (status === undefined ? msg : `${msg}: ${status}`));
    expect(told).toEqual(
      expect.arrayContaining([
        'call initiated: queued',
        'call status received: initiated',
        'call status received: ringing',
        'call status received: in_progress',
        'call instructions generated',
        'call session over',
        'call status received: completed',
      ]),
    );
    const text = book.text();
    expect(text).not.toContain(secretName);
    expect(text).not.toContain(encodeURIComponent(secretName));
    expect(text).not.toContain('5558675310');
    expect(text).toContain('"pii":"[redacted]"');
  });

  it('never names the number that the carrier refused', async () => {
    await server.post(path, { to: '+15005550001' });
    await book.when(({ msg }) => msg === 'call not initiated');
    expect(book.text()).not.toContain('15005550001');
  });

  it('shows numbers, parameters and the TwiML URL with LOG_PII', async () => {
    const open = createLogBook({ logPii: true });
    const other = await startServer({ overrides: { languageModel: model, log: open.log } });
    try {
      other.person(number, listener);
      await other.whenOver(await other.dial(number, sarah));
      const start = await open.when(({ msg }) => msg === 'initiating outbound call');
      expect(start.pii).toEqual({
        to: number,
        from: '+15551234567',
        customParameters: sarah,
        twimlUrl: `${other.url}/api/outbound-call-twiml?customParams=${encodeURIComponent(JSON.stringify(sarah))}`,
      });
      const generated = await open.when(({ msg }) => msg === 'call instructions generated');
      expect(generated.pii).toEqual({ parameters: sarah });
    } finally {
      await other.stop();
    }
  });
});

/** Node's fetch writes its own Host header. */
function postAs(url: string, headers: Record<string, string>): Promise<{ status: number; body: unknown }> {
  return new Promise((resolve, reject) => {
    const all = { 'content-type': 'application/json', ...headers };
    const sending = httpRequest(`${url}${path}`, { method: 'POST', headers: all }, (response) => {
      let text = '';
      response.on('data', (chunk) => (text += chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) }));
    });
    sending.on('error', reject);
    sending.end('{"to":"nobody"}');
  });
}

describe('who may ask', () => {
  const refused = {
    status: 401,
    body: { error: 'Unauthorized', message: 'Send a valid key in the header Authorization: Bearer <key>' },
  };

  it.each([
    ['a name of another site for this machine', { host: 'rebound.example.org' }],
    ['a page of another site', { origin: 'https://evil.example.org' }],
    ['a page of no site', { origin: 'null' }],
    ['a wrong key', { authorization: 'Bearer cw_operator_wrong' }],
    ['an empty key', { authorization: '' }],
  ])('not %s, though the server is a playground', async (_name, headers) => {
    expect(await postAs(server.url, headers as unknown as Record<string, string>)).toEqual(refused);
  });

  it('whoever has the key, from anywhere', async () => {
    const headers = { host: 'calls.example.org', authorization: `Bearer ${server.callwright.operatorKey}` };
    expect(await postAs(server.url, headers)).toMatchObject({ status: 400 });
  });
});

describe('a server that is not taking calls', () => {
  it('keeps the pace: who would wait longer than 10 s gets 429 and no call', async () => {
    const slow = await startServer({ config: { callsPerSecond: 0.05 } });
    try {
      slow.person(number, 'is busy');
      expect((await slow.post(path, { to: number })).status).toBe(200);
      const response = await slow.post(path, { to: number }, { 'idempotency-key': 'later' });
      expect(response.status).toBe(429);
      expect(response.headers.get('retry-after')).toBe('10');
      expect(await response.json()).toMatchObject({ error: 'Call not allowed', code: 'dial/rate-limited' });
      const again = await slow.post(path, { to: number }, { 'idempotency-key': 'later' });
      expect(again.headers.get('idempotency-replayed')).toBeNull();
      expect(slow.simulator.calls()).toHaveLength(1);
    } finally {
      await slow.stop();
    }
  });

  it('says so when all lines are busy, and when it is stopping', async () => {
    const small = await startServer({ config: { maxConcurrentCalls: 1 } });
    try {
      small.person(number, 'does not answer');
      expect((await small.post(path, { to: number })).status).toBe(200);
      const busy = await small.post(path, { to: number });
      expect([busy.status, busy.headers.get('retry-after')]).toEqual([429, '5']);
      expect(await busy.json()).toMatchObject({ code: 'dial/too-many-calls' });
      await small.callwright.drain(0);
      const stopping = await small.post(path, { to: number });
      expect(stopping.status).toBe(503);
      expect(await stopping.json()).toEqual({
        error: 'Failed to initiate outbound call',
        message: 'The server is not taking new calls now.',
      });
      expect((await fetch(`${small.url}/readyz`)).status).toBe(503);
      expect((await fetch(`${small.url}/healthz`)).status).toBe(200);
      expect(small.simulator.calls()).toHaveLength(1);
    } finally {
      await small.stop();
    }
  });
});
