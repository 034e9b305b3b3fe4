import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createFakeClock, createFastClock, type FakeClock } from '../../base/clock.ts';
import type { LogFields, Logger } from '../../base/log.ts';
import { createSeededRandom } from '../../base/random.ts';
import type { CallOrder, Carrier } from '../../ports/carrier.ts';
import { parseForm } from './form.ts';
import { signRequest } from './signature.ts';
import {
  type Answer,
  account,
  accountSid,
  authToken,
  carrierOn,
  type FarSide,
  from,
  json,
  publicUrl,
  startFarSide,
  to,
  twilioError,
} from './testing/far-side.ts';

const order: CallOrder = {
  to,
  from,
  instructions: { path: "/api/outbound-call-twiml?attempt=a1&customParams=%7B%22name%22%3A%22O'Brien%22%7D" },
  statusPath: '/api/call-status?attempt=a1',
  ringSeconds: 30,
  maxDurationSeconds: 600,
};

describe("on Twilio's wire", () => {
  let farSide: FarSide;
  let clock: FakeClock;
  let carrier: Carrier;
  beforeEach(async () => {
    farSide = await startFarSide();
    clock = createFakeClock();
    carrier = carrierOn(`${farSide.url}/`, clock);
  });
  afterEach(async () => {
    expect(clock.pendingTimers).toBe(0);
    await farSide.close();
  });

  test('a create is one form with everything Twilio has to know', async () => {
    farSide.answer = json(201, { sid: 'CA1', status: 'queued' });
    expect(await carrier.placeCall(order)).toEqual({ carrierSid: 'CA1', status: 'queued' });
    const [asked] = farSide.asked;
    expect([asked?.method, asked?.path]).toEqual(['POST', `${account}/Calls.json`]);
    const credentials = Buffer.from(`${accountSid}:${authToken}`).toString('base64');
    expect(asked?.headers.authorization).toBe(`Basic ${credentials}`);
    expect(asked?.headers['content-type']).toBe('application/x-www-form-urlencoded');
    const overrides = '#rc=3&rp=ct,rt,5xx';
    expect([...(asked?.form ?? [])]).toEqual([
      ['To', to],
      ['From', from],
      [
        'Url',
        `${publicUrl}${"/api/outbound-call-twiml?attempt=a1&customParams=%7B%22name%22%3A%22O'Brien%22%7D".replaceAll("'", '%27')}${overrides}`,
      ],
      ['Method', 'POST'],
      ['StatusCallback', `${publicUrl}/api/call-status?attempt=a1${overrides}`],
      ['StatusCallbackMethod', 'POST'],
      ['StatusCallbackEvent', 'initiated'],
      ['StatusCallbackEvent', 'ringing'],
      ['StatusCallbackEvent', 'answered'],
      ['StatusCallbackEvent', 'completed'],
      ['Timeout', '30'],
      ['TimeLimit', '600'],
    ]);
  });

  const inline = (parameters: Record<string, string>): CallOrder => ({
    ...order,
    instructions: {
      inline: [
        { type: 'stream-audio', socketPath: '/media-stream/98765/call_1', parameters, afterPath: null },
        { type: 'hang-up' },
      ],
    },
  });

  test('instructions go along as one document in the place of an address', async () => {
    farSide.answer = json(201, { sid: 'CA1', status: 'queued' });
    await carrier.placeCall(inline({}));
    const form = farSide.asked[0]?.form;
    expect(form?.get('Twiml')).toBe(
      '<?xml version="1.0" encoding="UTF-8"?><Response>' +
        '<Connect><Stream url="wss://voice.example.test/media-stream/98765/call_1"/></Connect><Hangup/></Response>',
    );
    expect(form?.has('Url')).toBe(false);
    expect(form?.has('Method')).toBe(false);
  });

  test("instructions of 4000 characters go along, one more is refused with Twilio's code before it is sent", async () => {
    farSide.answer = json(201, { sid: 'CA1', status: 'queued' });
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
    const documentOf = (last: number) =>
      inline(Object.fromEntries(names.map((name) => [name, 'x'.repeat(name === 'h' ? last : 460)])));
    await carrier.placeCall(documentOf(0));
    const missing = 4_000 - (farSide.asked[0]?.form.get('Twiml')?.length ?? 0);
    expect(missing).toBeLessThan(499);
    await carrier.placeCall(documentOf(missing));
    expect(farSide.asked[1]?.form.get('Twiml')).toHaveLength(4_000);
    const refused = { code: 'carrier/refused', carrierCode: 32018, httpStatus: null };
    await expect(carrier.placeCall(documentOf(missing + 1))).rejects.toMatchObject(refused);
    expect(farSide.asked).toHaveLength(2);
  });

  test.each<[string, Answer, object]>([
    ["Twilio's error", twilioError(400, 21211, "The 'To' number +1 is bad."), { carrierCode: 21211, httpStatus: 400 }],
    ['the newer form', json(429, { title: 'Slow down', status: 429, code: '20429' }), { carrierCode: 20429 }],
    ['a refusal in HTML', (r) => r.writeHead(403).end('<html>no</html>'), { carrierCode: null, httpStatus: 403 }],
    ['a 401 without a body', (r) => r.writeHead(401).end(), { carrierCode: null, httpStatus: 401 }],
  ])('%s surely made no call', async (_, answer, expected) => {
    farSide.answer = answer;
    const code = 'carrier/refused';
    await expect(carrier.placeCall(order)).rejects.toMatchObject({ code, ...expected });
    expect(farSide.asked).toHaveLength(1);
  });

  test("a refusal is told in Twilio's own words", async () => {
    farSide.answer = twilioError(400, 21211, "The 'To' number +1234567890 is not a valid phone number.");
    const message = "The 'To' number +1234567890 is not a valid phone number.";
    await expect(carrier.placeCall(order)).rejects.toMatchObject({ message });
  });

  test.each<[string, Answer]>([
    ['a 201 with an empty body', (r) => r.writeHead(201).end()],
    ['a 201 without a SID', json(201, { status: 'queued' })],
    [
      'a 201 with half a body',
      (r) => r.writeHead(201, { 'content-length': '500' }).write('{"sid":"CA1"', () => r.destroy()),
    ],
    ['a 201 with a SID that would lead elsewhere', json(201, { sid: 'CA1/../../x', status: 'queued' })],
    ['a 201 of 5 MB', json(201, { sid: 'CA1', status: 'queued', padding: 'x'.repeat(5_000_000) })],
    ['a redirect', (r) => r.writeHead(307, { location: '/elsewhere' }).end()],
    ["a 500 with Twilio's error", twilioError(500, 20500, 'Internal')],
    ['a 503 in HTML', (r) => r.writeHead(503).end('<html>busy</html>')],
    ["a proxy's 408", (r) => r.writeHead(408).end()],
    ['an answer that is not HTTP', (r) => r.socket?.end('garbage\r\n\r\n')],
  ])('%s may have made a call', async (_, answer) => {
    farSide.answer = answer;
    await expect(carrier.placeCall(order)).rejects.toMatchObject({ code: 'carrier/outcome-unknown' });
    expect(farSide.asked).toHaveLength(1);
  });

  test('no answer is waited for 10 s when a call is placed and 5 s otherwise', async () => {
    farSide.answer = () => undefined;
    for (const [ms, ask, code] of [
      [10_000, () => carrier.placeCall(order), 'carrier/outcome-unknown'],
      [5_000, () => carrier.fetchCall('CA1'), 'carrier/unavailable'],
      [5_000, () => carrier.endCall('CA1'), 'carrier/unavailable'],
      [5_000, () => carrier.findCalls({ to, from, sinceMs: 0 }), 'carrier/unavailable'],
    ] as const) {
      let settled = false;
      const pending = ask()
        .catch((error: unknown) => error)
        .finally(() => (settled = true));
      await farSide.nextRequest();
      clock.advance(ms - 1);
      await new Promise((resolve) => setImmediate(resolve));
      expect(settled).toBe(false);
      clock.advance(1);
      expect(await pending).toMatchObject({ code });
    }
  });

  test('a create that is turned away for pace is asked again only where that was chosen, and a few times', async () => {
    const slowDown = json(429, { code: 20429, message: 'Too Many Requests' });
    farSide.answer = (response, asked) => {
      const enough = farSide.asked.length === 4;
      (enough ? json(201, { sid: 'CA1', status: 'queued' }) : slowDown)(response, asked);
    };
    await expect(carrier.placeCall(order)).rejects.toMatchObject({ carrierCode: 20429 });
    const rateRetries = { times: 2, random: createSeededRandom(1) };
    const patient = carrierOn(farSide.url, createFastClock(10), { rateRetries });
    expect(await patient.placeCall(order)).toMatchObject({ carrierSid: 'CA1' });
    expect(farSide.asked).toHaveLength(4);
  });

  test('a long Retry-After is not waited for', async () => {
    farSide.answer = json(429, { code: 20429, message: 'Too Many Requests' }, { 'retry-after': '30' });
    const patient = carrierOn(farSide.url, clock, { rateRetries: { times: 2, random: createSeededRandom(1) } });
    await expect(patient.placeCall(order)).rejects.toMatchObject({ carrierCode: 20429 });
    expect(farSide.asked).toHaveLength(1);
  });

  const call = { sid: 'CA1', status: 'in-progress', to, from, date_created: 'Fri, 20 Nov 2026 15:04:05 +0000' };

  test('a call is read with its times and numbers as strings or numbers, and a strange status moves nothing', async () => {
    const createdAtMs = Date.UTC(2026, 10, 20, 15, 4, 5);
    for (const [body, expected] of [
      [
        { ...call, duration: null },
        { status: 'in_progress', durationSeconds: null, createdAtMs },
      ],
      [
        { ...call, status: 'completed', duration: '83' },
        { status: 'completed', durationSeconds: 83 },
      ],
      [
        { ...call, status: 'no-answer', duration: 0 },
        { status: 'no_answer', durationSeconds: 0 },
      ],
      [
        { ...call, status: 'teleported', duration: {} },
        { status: 'queued', durationSeconds: null },
      ],
    ] as const) {
      farSide.answer = json(200, body);
      expect(await carrier.fetchCall('CA1')).toMatchObject(expected);
    }
  });

  test.each<[string, Answer]>([
    ["a proxy's 404", (r) => r.writeHead(404).end('<html>not found</html>')],
    ['a 401', twilioError(401, 20003, 'Authenticate')],
    ['a call without its time', json(200, { ...call, date_created: null })],
    ['nonsense', json(200, [])],
  ])('%s is not taken for "there is no such call"', async (_, answer) => {
    farSide.answer = answer;
    const code = 'carrier/unavailable';
    await expect(carrier.fetchCall('CA1')).rejects.toMatchObject({ code });
    await expect(carrier.findCalls({ to, from, sinceMs: 0 })).rejects.toMatchObject({ code });
  });

  test.each([
    ['an hour behind', -3_600_000, 3_600_000],
    ['an hour ahead', 3_600_000, -3_600_000],
    ['three seconds behind', -3000, 0],
  ])("finds calls by our clock where Twilio's is %s", async (_case, aheadMs, byMs) => {
    const madeMs = Date.UTC(2026, 10, 29, 12, 0, 0);
    clock.advance(madeMs + 20_000 - clock.now());
    const call = { sid: 'CA1', status: 'queued', to, from, date_created: new Date(madeMs + aheadMs).toUTCString() };
    farSide.answer = (response, asked) => {
      response.setHeader('date', new Date(clock.now() + aheadMs).toUTCString());
      json(200, { calls: [call], next_page_uri: null })(response, asked);
    };
    const createdAtMs = madeMs + aheadMs + byMs;
    expect(await carrier.findCalls({ to, from, sinceMs: createdAtMs })).toMatchObject([{ createdAtMs }]);
    expect(await carrier.findCalls({ to, from, sinceMs: createdAtMs + 1000 })).toEqual([]);
  });

  test('the list is asked for by its ends only and followed page by page until it is too old', async () => {
    const dated = (sid: string, seconds: number) => ({
      ...call,
      sid,
      date_created: new Date(seconds * 1000).toUTCString(),
    });
    const pages: Record<string, unknown> = {
      '/page2?PageToken=PACA1': { calls: [dated('CA2', 1000), dated('CA1', 999)], next_page_uri: '/page3' },
      '/page3': { calls: [dated('CA0', 998)], next_page_uri: '/never' },
    };
    farSide.answer = (response, asked) => {
      const first = { calls: [dated('CA3', 1001)], next_page_uri: '/page2?PageToken=PACA1' };
      json(200, pages[asked.path] ?? first)(response, asked);
    };
    // Half a second past the second in which CA2 was made: its date has no fractions.
    const found = await carrier.findCalls({ to, from, sinceMs: 1_000_500 });
    expect(found.map(({ carrierSid }) => carrierSid)).toEqual(['CA3', 'CA2']);
    expect(farSide.asked.map(({ path }) => path)).toEqual([
      `${account}/Calls.json?To=%2B15005550111&From=%2B15005550006&PageSize=200`,
      '/page2?PageToken=PACA1',
      '/page3',
    ]);
  });

  test('a list without an end, with a page elsewhere or with a call that cannot be read is no list', async () => {
    for (const page of [
      { calls: [call], next_page_uri: '/again' },
      { calls: [], next_page_uri: '/again' },
      { calls: [call], next_page_uri: 'https://elsewhere.example/page' },
      { calls: [call, { sid: 'CA2' }], next_page_uri: null },
    ]) {
      farSide.answer = json(200, page);
      await expect(carrier.findCalls({ to, from, sinceMs: 0 })).rejects.toMatchObject({ code: 'carrier/unavailable' });
    }
    expect(farSide.asked).toHaveLength(42);
  });

  test('no page leads our credentials to another host', async () => {
    const asked: string[] = [];
    const page = { calls: [call], next_page_uri: '.elsewhere.example/page' };
    const fetch: typeof globalThis.fetch = async (url) => {
      asked.push(String(url));
      return Response.json(page);
    };
    const watched = carrierOn('https://api.twilio.com', clock, { fetch });
    await expect(watched.findCalls({ to, from, sinceMs: 0 })).rejects.toMatchObject({ code: 'carrier/unavailable' });
    expect(asked.map((url) => new URL(url).host)).toEqual(['api.twilio.com']);
  });

  test('a call is ended in any state, and one that is over counts as ended', async () => {
    for (const answer of [json(200, call), twilioError(400, 21220, 'over'), twilioError(404, 20404, 'gone')]) {
      farSide.answer = answer;
      await carrier.endCall('CA1');
    }
    expect(farSide.asked[0]?.path).toBe(`${account}/Calls/CA1.json`);
    expect([...(farSide.asked[0]?.form ?? [])]).toEqual([['Status', 'completed']]);
    farSide.answer = (response) => response.writeHead(404).end('<html>not found</html>');
    await expect(carrier.endCall('CA1')).rejects.toMatchObject({ code: 'carrier/unavailable' });
    farSide.answer = twilioError(503, 20503, 'later');
    await expect(carrier.endCall('CA1')).rejects.toMatchObject({ code: 'carrier/unavailable', message: 'later' });
  });

  test('the log has neither the token nor, outside "pii", a number', async () => {
    const lines: LogFields[] = [];
    const keep = (fields: LogFields) => void lines.push(fields);
    const log: Logger = { debug: keep, info: keep, warn: keep, error: keep, child: () => log };
    const telling = carrierOn(farSide.url, clock, { log });
    const answers = [json(201, { sid: 'CA1', status: 'queued' }), twilioError(400, 21211, `bad ${to}`), json(500, {})];
    for (const answer of answers) {
      farSide.answer = answer;
      await telling.placeCall(order).catch(() => undefined);
      await telling.findCalls({ to, from, sinceMs: 0 }).catch(() => undefined);
    }
    expect(lines.length).toBeGreaterThan(8);
    const all = JSON.stringify(lines);
    expect(all).not.toContain(authToken);
    expect(all).not.toContain(Buffer.from(`${accountSid}:${authToken}`).toString('base64'));
    for (const { pii: _, ...fields } of lines) expect(JSON.stringify(fields)).not.toMatch(/1500555|Brien/);
  });
});

describe('who may speak for the account', () => {
  const carrier = carrierOn('http://127.0.0.1:1', createFakeClock(), { secondaryAuthToken: 'the-other-token' });
  const signed = (token: string, body: string) => {
    const signature = signRequest(token, `${publicUrl}/api/call-status`, parseForm(body));
    const headers = { 'content-type': 'application/x-www-form-urlencoded', 'x-twilio-signature': signature };
    return carrier.verify({ method: 'POST', path: '/api/call-status', headers, body });
  };

  test('both tokens sign while they are rotated', () => {
    expect(signed(authToken, `AccountSid=${accountSid}`)).toBe(true);
    expect(signed('the-other-token', `AccountSid=${accountSid}`)).toBe(true);
    expect(signed('a-third-token', `AccountSid=${accountSid}`)).toBe(false);
  });

  test('a request that names another account is refused though its signature fits', () => {
    expect(signed(authToken, 'CallSid=CA1')).toBe(true);
    expect(signed(authToken, `AccountSid=AC${'1'.repeat(32)}`)).toBe(false);
    expect(signed(authToken, `AccountSid=${accountSid}&AccountSid=AC${'1'.repeat(32)}`)).toBe(false);
  });
});
