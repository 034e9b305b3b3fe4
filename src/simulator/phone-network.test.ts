import { describe, expect, it } from 'vitest';
import type { SimulatedCallRecord } from './call-record.ts';
import { OutsideUnreachable } from './outside.ts';
import type { RestAnswer } from './rest/rest-exchange.ts';
import { createVirtualNetwork, noContent, sayTwiml, twiml } from './testing/virtual-network.ts';
import { signTwilioRequest } from './twilio-signature.ts';

const hangsOn = 'answers after 2s\nstays silent';

function statuses(record: SimulatedCallRecord): string[] {
  return record.webhooks
    .filter(({ kind }) => kind === 'status')
    .map(({ parameters }) => `${parameters.SequenceNumber} ${parameters.CallStatus}`);
}

function codes(record: SimulatedCallRecord): (number | null)[] {
  return record.errors.map(({ code }) => code);
}

describe('an outbound call', () => {
  it('is told from initiated to completed, and its voice URL is asked only after the answer', async () => {
    const { network, pass, call } = createVirtualNetwork(sayTwiml('<Say>Good morning.</Say>'), hangsOn);
    const sid = await call();
    await pass(10_000);
    const { record } = network.find(sid)!;
    expect(statuses(record)).toEqual(['0 initiated', '1 ringing', '2 in-progress', '3 completed']);
    const voice = record.webhooks.find(({ kind }) => kind === 'voice')!;
    expect(voice.sentAtMs).toBe(record.answeredAtMs);
    expect(voice.parameters).toMatchObject({ CallStatus: 'in-progress', Direction: 'outbound-api', Called: record.to });
    expect(record.heard).toMatchObject([{ source: 'say', text: 'Good morning.', end: 'played' }]);
    expect(record.webhooks.at(-1)!.parameters).toMatchObject({
      CallDuration: '1',
      Duration: '1',
      SipResponseCode: '200',
    });
  });

  it('signs every webhook, and a callback carries an idempotency token', async () => {
    const seen: { ok: boolean; token: string | undefined }[] = [];
    const { pass, call } = createVirtualNetwork(
      {
        webhook(request) {
          const expected = signTwilioRequest(
            'secret-of-the-test',
            request.url,
            Object.fromEntries(new URLSearchParams(request.body)),
          );
          const { 'x-twilio-signature': signature, 'i-twilio-idempotency-token': token } = request.headers;
          seen.push({ ok: signature === expected, token });
          return request.url.includes('voice') ? twiml('<Hangup/>') : noContent;
        },
      },
      hangsOn,
    );
    await call();
    await pass(5000);
    expect(seen).toHaveLength(5);
    expect(seen.every(({ ok }) => ok)).toBe(true);
    expect(new Set(seen.map(({ token }) => token)).size).toBe(5);
  });

  it.each([
    ['is busy', ['0 initiated', '1 ringing', '2 busy'], '486'],
    ['declines after 3s', ['0 initiated', '1 ringing', '2 busy'], '603'],
    ['cannot be reached', ['0 initiated', '1 failed'], '404'],
    ['does not answer', ['0 initiated', '1 ringing', '2 no-answer'], '487'],
    ['answers after 25s', ['0 initiated', '1 ringing', '2 no-answer'], '487'],
  ])('to somebody who %s ends without a voice URL being asked', async (...[script, expected, sipCode]) => {
    const { network, pass, call } = createVirtualNetwork(sayTwiml('<Hangup/>'), script);
    const sid = await call({ Timeout: '20' });
    await pass(30_000);
    const { record } = network.find(sid)!;
    expect(statuses(record)).toEqual(expected);
    expect(record.webhooks.at(-1)!.parameters).toMatchObject({ SipResponseCode: sipCode, CallDuration: '0' });
    expect(record.webhooks.filter(({ kind }) => kind !== 'status')).toEqual([]);
  });

  it.each(['does not answer', 'answers after 25s'])(
    'rings out exactly at its Timeout if the person %s',
    async (script) => {
      const { network, pass, call } = createVirtualNetwork(sayTwiml('<Hangup/>'), script);
      const sid = await call({ Timeout: '20' });
      await pass(30_000);
      const { record } = network.find(sid)!;
      const ringing = record.webhooks.find(({ parameters }) => parameters.CallStatus === 'ringing')!;
      expect(record.endedAtMs! - ringing.sentAtMs).toBe(20_000);
    },
  );

  it('is cut at its TimeLimit', async () => {
    const { network, pass, call } = createVirtualNetwork(sayTwiml('<Pause length="600"/>'), hangsOn);
    const sid = await call({ TimeLimit: '30' });
    await pass(60_000);
    const { record } = network.find(sid)!;
    expect(record).toMatchObject({ status: 'completed', endedBy: 'network' });
    expect(record.endedAtMs! - record.answeredAtMs!).toBe(30_000);
  });

  it('hears only the completed event unless it subscribed to more', async () => {
    const { network, pass, call } = createVirtualNetwork(sayTwiml('<Hangup/>'), hangsOn);
    const sid = await call({ StatusCallbackEvent: [] });
    await pass(10_000);
    expect(statuses(network.find(sid)!.record)).toEqual(['3 completed']);
  });
});

describe('an update', () => {
  const errorOf = (result: unknown) => {
    const { status, body } = result as RestAnswer;
    return [status, (JSON.parse(body) as { code?: number; status: string }).code];
  };

  it('cancels a call that waits in the queue, and it never rings', async () => {
    const { network, pass, call, rest } = createVirtualNetwork(sayTwiml('<Hangup/>'), hangsOn);
    await call();
    const sid = await call();
    expect(network.find(sid)!.record.queueMs).toBe(1000);
    await rest('POST', `/Calls/${sid}.json`, { Status: 'canceled' });
    await pass(10_000);
    expect(network.find(sid)!.record).toMatchObject({ status: 'canceled', dialedAtMs: null });
    expect(statuses(network.find(sid)!.record)).toEqual(['0 canceled']);
  });

  it('ends a ringing call as canceled and an answered one as completed', async () => {
    const { network, pass, call, rest } = createVirtualNetwork(sayTwiml('<Pause length="60"/>'), hangsOn);
    const ringing = await call();
    await pass(2000);
    await rest('POST', `/Calls/${ringing}.json`, { Status: 'completed' });
    expect(network.find(ringing)!.record.status).toBe('canceled');
    const answered = await call();
    await pass(6000);
    expect(errorOf(await rest('POST', `/Calls/${answered}.json`, { Status: 'canceled' }))).toEqual([400, 21220]);
    await rest('POST', `/Calls/${answered}.json`, { Status: 'completed' });
    expect(network.find(answered)!.record).toMatchObject({ status: 'completed', endedBy: 'api' });
    expect(errorOf(await rest('POST', `/Calls/${answered}.json`, { Status: 'completed' }))).toEqual([400, 21220]);
  });

  it('redirects an answered call to another document and no other', async () => {
    const { network, pass, call, rest } = createVirtualNetwork(sayTwiml('<Pause length="60"/>'), hangsOn);
    const sid = await call();
    const change = { Twiml: '<Response><Say>New words.</Say></Response>' };
    expect(errorOf(await rest('POST', `/Calls/${sid}.json`, change))).toEqual([400, 21220]);
    await pass(5000);
    await rest('POST', `/Calls/${sid}.json`, change);
    await pass(5000);
    expect(network.find(sid)!.record).toMatchObject({ status: 'completed', heard: [{ text: 'New words.' }] });
  });
});

describe('a voice URL that fails', () => {
  const answers = {
    'with a server error': [{ status: 500, headers: {}, body: 'oops' }, 11200],
    'with plain text': [{ status: 200, headers: { 'content-type': 'text/plain' }, body: 'hello' }, 12300],
    'with broken XML': [{ status: 200, headers: { 'content-type': 'text/xml' }, body: '<Response>' }, 12100],
    'with nothing': [{ status: 200, headers: { 'content-type': 'text/xml' }, body: '' }, 11770],
  } as const;

  it.each(Object.entries(answers))('%s makes the call apologize and end', async (...[, [answer, code]]) => {
    const { network, pass, call } = createVirtualNetwork(
      { webhook: ({ url }) => (url.includes('/voice') ? answer : noContent) },
      hangsOn,
    );
    const sid = await call();
    await pass(15_000);
    const { record } = network.find(sid)!;
    expect(codes(record)).toEqual([code]);
    expect(record).toMatchObject({ status: 'completed', heard: [{ source: 'apology', end: 'played' }] });
  });

  it('by silence is given up after 15 s, and the fallback URL is told why', async () => {
    const { network, pass, call } = createVirtualNetwork(
      {
        webhook({ url }) {
          if (url.includes('/voice')) return new Promise(() => {});
          return url.includes('/fallback') ? twiml('<Say>Plan B.</Say>') : noContent;
        },
      },
      hangsOn,
    );
    const sid = await call({ FallbackUrl: 'https://app.test/fallback' });
    await pass(25_000);
    const { record } = network.find(sid)!;
    const [voice, fallback] = record.webhooks.filter(({ kind }) => kind !== 'status');
    expect(voice!.answeredAtMs! - voice!.sentAtMs).toBe(15_000);
    expect(fallback!.parameters).toMatchObject({ ErrorCode: '11200', ErrorUrl: 'https://app.test/voice' });
    expect(record.heard).toMatchObject([{ text: 'Plan B.' }]);
  });

  it('to connect is tried twice, or as often as the URL’s fragment says', async () => {
    const unreachable = {
      webhook() {
        throw new OutsideUnreachable('refused');
      },
    };
    const { network, pass, call } = createVirtualNetwork(unreachable, hangsOn);
    const usual = await call();
    const often = await call({ Url: 'https://app.test/voice#rc=4' });
    await pass(15_000);
    const tries = (sid: string) => network.find(sid)!.record.webhooks.filter(({ kind }) => kind === 'voice');
    expect(tries(usual).map(({ attempt }) => attempt)).toEqual([1, 2]);
    expect(tries(often)).toHaveLength(5);
    expect(codes(network.find(usual)!.record)).toEqual([11205]);
  });

  it('with a redirect is followed by GET without parameters', async () => {
    const seen: string[] = [];
    const { network, pass, call } = createVirtualNetwork(
      {
        webhook({ method, url, body }) {
          seen.push(`${method} ${url} ${body.length > 0}`);
          if (url.endsWith('/voice')) return { status: 302, headers: { location: '/moved' }, body: '' };
          return url.endsWith('/moved') ? twiml('<Say>Found.</Say>') : noContent;
        },
      },
      hangsOn,
    );
    const sid = await call({ StatusCallback: '' });
    await pass(10_000);
    expect(seen).toEqual(['POST https://app.test/voice true', 'GET https://app.test/moved false']);
    expect(network.find(sid)!.record.heard).toMatchObject([{ text: 'Found.' }]);
  });
});

describe('an incoming call', () => {
  async function incoming(body: string, script = 'stays silent') {
    const virtual = createVirtualNetwork(sayTwiml(body), script);
    virtual.network.numbers[0]!.voice = { url: 'https://app.test/voice', method: 'POST' };
    virtual.network.numbers[0]!.statusCallback = { url: 'https://app.test/status', method: 'POST' };
    const person = {
      name: 'caller',
      description: '',
      pickup: { type: 'busy' as const },
      steps: [],
      patienceMs: 30_000,
    };
    const { record } = virtual.network.dialIn({ from: '+15005550199', to: '+15005550006', person });
    await virtual.pass(10_000);
    return record;
  }

  it('rings until a verb answers it, and only its end is told', async () => {
    const record = await incoming('<Pause length="2"/><Say>Hello.</Say>');
    expect(record.webhooks[0]!.parameters).toMatchObject({ CallStatus: 'ringing', Direction: 'inbound' });
    expect(record.answeredAtMs! - record.createdAtMs).toBe(2000);
    expect(statuses(record)).toEqual(['1 completed']);
  });

  it('can be rejected without being answered', async () => {
    const record = await incoming('<Reject reason="busy"/>');
    expect(record).toMatchObject({ status: 'busy', answeredAtMs: null });
  });
});

describe('TwiML', () => {
  it('warns of what Twilio does not know and tells clearly what the simulator cannot play', async () => {
    const { network, pass, call } = createVirtualNetwork(
      sayTwiml('<Say Voice="x">Hi.</Say><Sing/><Enqueue/><Redirect>other/voice</Redirect>'),
      hangsOn,
    );
    const sid = await call({ TimeLimit: '3' });
    await pass(7000);
    const { record } = network.find(sid)!;
    expect(codes(record).slice(0, 3)).toEqual([12200, 12200, null]);
    const urls = record.webhooks.filter(({ kind }) => kind === 'voice').map(({ url }) => url);
    expect(urls.slice(0, 2)).toEqual(['https://app.test/voice', 'https://app.test/other/voice']);
  });
});

describe('a verb that cannot be carried out', () => {
  it.each([
    ['<Redirect>/relative</Redirect>', 15004],
    ['<Redirect>ftp://app.test/x</Redirect>', 11100],
    ['<Play>not a url</Play>', 11100],
    ['<Connect><VirtualAgent connectorName="x"/></Connect>', null],
  ])('makes the call apologize and end: %s', async (...[body, code]) => {
    const { network, pass, call } = createVirtualNetwork(sayTwiml(''), hangsOn);
    const sid = await call({ Url: '', Twiml: `<Response>${body}<Say>Never said.</Say></Response>` });
    await pass(15_000);
    const { record } = network.find(sid)!;
    expect(codes(record)).toEqual([code]);
    expect(record).toMatchObject({ status: 'completed', heard: [{ source: 'apology', end: 'played' }] });
  });
});

describe('the phone network', () => {
  it('leaves no timer behind when it is stopped with live, ringing and queued calls', async () => {
    const { clock, network, pass, call } = createVirtualNetwork(sayTwiml('<Pause length="600"/>'), hangsOn, {
      faults: { statusCallbacks: { chances: [{ probability: 1, fault: { type: 'reorder' } }] } },
    });
    for (let count = 0; count < 6; count += 1) await call();
    await pass(4500);
    network.stop();
    await pass(0);
    expect(clock.pendingTimers).toBe(0);
    expect(network.records().every(({ endedAtMs }) => endedAtMs !== null)).toBe(true);
  });

  it('keeps the last ten thousand calls', async () => {
    const { clock, network, pass, call } = createVirtualNetwork(sayTwiml('<Hangup/>'), 'cannot be reached', {
      callsPerSecond: Number.POSITIVE_INFINITY,
    });
    const first = await call();
    for (let count = 0; count < 10_200; count += 1) {
      await call({ StatusCallback: '' });
      if (count % 100 === 0) await pass(1400);
    }
    expect(network.records()).toHaveLength(10_000);
    expect(network.find(first)).toBeUndefined();
    await pass(2000);
    expect(clock.pendingTimers).toBe(0);
  });
});
