import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import twilio from 'twilio';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import { createFastClock } from '../base/clock.ts';
import { silentLogger } from '../base/log.ts';
import { createSeededRandom } from '../base/random.ts';
import { createSimulator, type Simulator, type SimulatorOptions } from './create-simulator.ts';
import { parsePerson } from './person/parse-person.ts';
import { account, authorization } from './testing/virtual-network.ts';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function startSimulator(options: Partial<SimulatorOptions> = {}): Promise<{ simulator: Simulator; url: string }> {
  const simulator = createSimulator({
    ...{ clock: createFastClock(100), random: createSeededRandom(1), log: silentLogger, account },
    callsPerSecond: Number.POSITIVE_INFINITY,
    ...options,
  });
  const { url } = await simulator.start();
  closing.push(() => simulator.stop());
  return { simulator, url };
}

/** The real client, whose requests go to the simulator. */
function clientOf(url: string, token = account.authToken) {
  class Redirected extends twilio.RequestClient {
    override request(options: Parameters<twilio.RequestClient['request']>[0]) {
      return super.request({ ...options, uri: options.uri.replace('https://api.twilio.com', url) }) as never;
    }
  }
  return twilio(account.sid, token, { httpClient: new Redirected() });
}

/** A whole application on real sockets; every request must carry a signature that the twilio package accepts. */
async function startApplication(): Promise<{ base: string; refusals: string[]; requests: string[] }> {
  const refusals: string[] = [];
  const requests: string[] = [];
  let base = '';
  const server: Server = createServer(async (incoming, outgoing) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk);
    const parameters = Object.fromEntries(new URLSearchParams(Buffer.concat(chunks).toString()));
    const signature = String(incoming.headers['x-twilio-signature']);
    if (!twilio.validateRequest(account.authToken, signature, base + incoming.url, parameters)) {
      refusals.push(incoming.url ?? '');
    }
    requests.push(incoming.url ?? '');
    outgoing.setHeader('content-type', 'text/xml');
    const relay = `<Connect action="/after"><ConversationRelay url="${base.replace('http', 'ws')}/relay"/></Connect>`;
    outgoing.end(`<Response>${incoming.url === '/voice' ? relay : ''}</Response>`);
  });
  const sockets = new WebSocketServer({ server, path: '/relay' });
  sockets.on('connection', (socket, upgrade) => {
    const signature = String(upgrade.headers['x-twilio-signature']);
    const url = `${base.replace('http', 'ws')}/relay`;
    if (!twilio.validateRequest(account.authToken, signature, url, {})) refusals.push('socket');
    socket.on('message', (frame) => {
      const { type, voicePrompt } = JSON.parse(String(frame)) as { type: string; voicePrompt?: string };
      if (type === 'prompt')
        socket.send(JSON.stringify({ type: 'text', token: `You said: ${voicePrompt}`, last: true }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  closing.push(async () => {
    for (const socket of sockets.clients) socket.terminate();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { base, refusals, requests };
}

describe('the simulator, with the twilio package as its client', () => {
  it('carries a whole call over real HTTP and WebSockets, with every signature accepted', async () => {
    const application = await startApplication();
    const { simulator, url } = await startSimulator({
      defaultPerson: parsePerson('caller', 'answers after 1s\nwaits 5s\nsays "Good day."\nlistens\nhangs up'),
    });
    const client = clientOf(url);
    const created = await client.calls.create({
      ...{ to: '+14155550150', from: '+15005550006', url: `${application.base}/voice` },
      ...{ statusCallback: `${application.base}/status?job=1`, statusCallbackEvent: ['initiated', 'completed'] },
    });
    expect(created).toMatchObject({ status: 'queued', direction: 'outbound-api', toFormatted: '(415) 555-0150' });
    const record = await simulator.whenCallEnds(created.sid);
    expect(record).toMatchObject({ status: 'completed', endedBy: 'person' });
    expect(record.heard).toMatchObject([{ text: 'You said: Good day.', end: 'played' }]);
    expect(application.refusals).toEqual([]);
    const fetched = await client.calls(created.sid).fetch();
    expect(fetched.status).toBe('completed');
    expect(fetched.startTime?.getTime()).toBeLessThan(fetched.endTime?.getTime() ?? 0);
  });

  it('refuses with Twilio’s codes', async () => {
    const { url } = await startSimulator();
    const client = clientOf(url);
    const good = { to: '+14155550150', from: '+15005550006', url: 'http://127.0.0.1:9/voice' };
    const refused = (changes: object) =>
      client.calls.create({ ...good, ...changes }).then(
        () => null,
        (error: { code: number; status: number }) => [error.status, error.code],
      );
    expect(await refused({ to: 'nonsense' })).toEqual([400, 21211]);
    expect(await refused({ to: '+15005550001' })).toEqual([400, 21217]);
    expect(await refused({ to: '+15005550003' })).toEqual([400, 21215]);
    expect(await refused({ from: '+14155550199' })).toEqual([400, 21210]);
    expect(await refused({ from: '12' })).toEqual([400, 21212]);
    expect(await refused({ url: 'nowhere' })).toEqual([400, 21205]);
    expect(await refused({ url: undefined, twiml: `<Response>${' '.repeat(4000)}</Response>` })).toEqual([400, 32018]);
    expect(await refused({ applicationSid: `AP${'0'.repeat(32)}` })).toEqual([400, 21218]);
    await expect(clientOf(url, 'wrong').calls.list()).rejects.toMatchObject({ status: 401, code: 20003 });
    await expect(client.calls(`CA${'0'.repeat(32)}`).fetch()).rejects.toMatchObject({ status: 404, code: 20404 });
    expect((await client.balance.fetch()).currency).toBe('USD');
  });

  it('lists calls page by page, newest first, and filters them', async () => {
    const { url } = await startSimulator({ defaultPerson: parsePerson('nobody', 'cannot be reached') });
    const client = clientOf(url);
    const sids: string[] = [];
    for (let count = 0; count < 7; count += 1) {
      const order = { to: `+1415555016${count}`, from: '+15005550006', twiml: '<Response/>' };
      sids.unshift((await client.calls.create(order)).sid);
    }
    const all = await client.calls.list({ pageSize: 3 });
    expect(all.map(({ sid }) => sid)).toEqual(sids);
    const some = await client.calls.list({ to: '+14155550163', startTimeAfter: new Date('2020-01-01') });
    expect(some.map(({ to }) => to)).toEqual(['+14155550163']);
    expect(await client.calls.list({ startTimeBefore: new Date('2020-01-01') })).toEqual([]);
  });

  it('deletes only a call that is over', async () => {
    const { simulator, url } = await startSimulator();
    const client = clientOf(url);
    const order = { to: '+14155550106', from: '+15005550006', twiml: '<Response/>' };
    const { sid } = await client.calls.create(order);
    await expect(client.calls(sid).remove()).rejects.toMatchObject({ status: 409, code: 20409 });
    await simulator.whenCallEnds(sid);
    expect(await client.calls(sid).remove()).toBe(true);
    await expect(client.calls(sid).fetch()).rejects.toMatchObject({ code: 20404 });
  });

  it('lets a number’s voice URL be set, and an incoming call asks it', async () => {
    const application = await startApplication();
    const { simulator, url } = await startSimulator();
    const client = clientOf(url);
    const [own] = await client.incomingPhoneNumbers.list({ phoneNumber: '+15005550006' });
    await client.incomingPhoneNumbers(own!.sid).update({ voiceUrl: `${application.base}/voice` });
    const person = parsePerson('caller', 'waits 5s\nsays "Is anybody there?"\nlistens\nhangs up');
    const { sid } = simulator.dialIn({ from: '+15005550199', to: '+15005550006', person });
    const record = await simulator.whenCallEnds(sid);
    expect(record.heard).toMatchObject([{ text: 'You said: Is anybody there?' }]);
    expect(application.refusals).toEqual([]);
  });
});

describe('the numbers of the account', () => {
  it('are found by number, keep what they are told, and forget a voice URL that is made empty', async () => {
    const { url } = await startSimulator({ account: { ...account, numbers: ['+15005550006', '+15005550016'] } });
    const client = clientOf(url);
    const find = async () => (await client.incomingPhoneNumbers.list({ phoneNumber: '+15005550016' }))[0]!;
    const own = await find();
    expect(own).toMatchObject({ phoneNumber: '+15005550016', voiceUrl: '', capabilities: { voice: true } });
    await client.incomingPhoneNumbers(own.sid).update({
      ...{ voiceUrl: 'https://app.test/twiml?job=1', voiceMethod: 'POST', friendlyName: 'Front desk' },
      ...{ statusCallback: 'https://app.test/status', statusCallbackMethod: 'POST' },
    });
    const told = { voiceUrl: 'https://app.test/twiml?job=1', statusCallback: 'https://app.test/status' };
    expect(await find()).toMatchObject({ ...told, friendlyName: 'Front desk' });
    await client.incomingPhoneNumbers(own.sid).update({ voiceUrl: '' });
    expect(await find()).toMatchObject({ ...told, voiceUrl: '' });
    await expect(client.incomingPhoneNumbers(own.sid).update({ voiceUrl: 'nowhere' })).rejects.toMatchObject({
      code: 21205,
    });
  });

  it('without a voice URL refuse an incoming call and say why', async () => {
    const { simulator } = await startSimulator();
    const problems: string[] = [];
    simulator.onEvent((event) => {
      if (event.type === 'problem') problems.push(event.problem.message);
    });
    const person = parsePerson('caller', 'says "Hello?"');
    const record = simulator.dialIn({ from: '+15005550199', to: '+15005550006', person });
    expect(record).toMatchObject({ status: 'failed', endedBy: 'network', errors: [{ code: null, level: 'error' }] });
    expect(record.errors[0]!.message).toContain('+15005550006 has no voice URL');
    expect(problems).toEqual([record.errors[0]!.message]);
  });
});

describe('recordings, with the twilio package as the client', () => {
  it('are listed for a call, fetched and removed', async () => {
    const { simulator, url } = await startSimulator({
      defaultPerson: parsePerson('tested', 'answers after 1s\nwaits 5s\nhangs up'),
    });
    const client = clientOf(url);
    const order = { to: '+14155550150', from: '+15005550006', twiml: '<Response><Pause length="60"/></Response>' };
    const { sid } = await client.calls.create({ ...order, record: true, recordingChannels: 'dual' });
    await simulator.whenCallEnds(sid);
    const [recording] = await client.recordings.list({ callSid: sid });
    expect(recording).toMatchObject({ callSid: sid, channels: 2, source: 'OutboundAPI' });
    expect((await client.calls(sid).recordings.list()).map((one) => one.sid)).toEqual([recording!.sid]);
    expect((await client.recordings(recording!.sid).fetch()).mediaUrl).toContain(url);
    expect(await client.recordings(recording!.sid).remove()).toBe(true);
    await expect(client.recordings(recording!.sid).fetch()).rejects.toMatchObject({ status: 404, code: 20404 });
  });
});

describe('planned faults of create requests', () => {
  it('refuse, lose, or make the call and hide the answer', async () => {
    const { simulator, url } = await startSimulator({
      faults: {
        creates: {
          script: [
            { type: 'refused', status: 400, code: 21216 },
            { type: 'too-many-requests' },
            { type: 'lost' },
            { type: 'ambiguous-cut' },
            { type: 'ambiguous-html' },
            { type: 'slow', ms: 500 },
          ],
        },
      },
    });
    const create = () =>
      fetch(`${url}/2010-04-01/Accounts/${account.sid}/Calls.json`, {
        method: 'POST',
        headers: { authorization, 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams({ To: '+14155550106', From: '+15005550006', Twiml: '<Response/>' }),
      }).then(
        (response) => response.status,
        () => 'cut',
      );
    const outcomes: { answer: number | string; calls: number }[] = [];
    for (let count = 0; count < 7; count += 1) {
      outcomes.push({ answer: await create(), calls: simulator.calls().length });
    }
    expect(outcomes).toEqual([
      { answer: 400, calls: 0 },
      { answer: 429, calls: 0 },
      { answer: 'cut', calls: 0 },
      { answer: 'cut', calls: 1 },
      { answer: 500, calls: 2 },
      { answer: 201, calls: 3 },
      { answer: 201, calls: 4 },
    ]);
  });
});

describe('the control API', () => {
  it('sets people and faults, lets somebody call in, and shows the truth', async () => {
    const { url } = await startSimulator();
    const control = async (method: string, path: string, body?: string) => {
      const response = await fetch(`${url}/simulator/${path}`, {
        method,
        headers: { authorization },
        body: body ?? null,
      });
      return { status: response.status, body: (await response.json()) as Record<string, unknown> };
    };
    expect((await control('PUT', 'people/+14155550177', 'is busy')).body).toMatchObject({ pickup: { type: 'busy' } });
    expect(await control('PUT', 'people/+14155550177', 'dances')).toMatchObject({
      status: 400,
      body: { code: 'simulator/bad-person-script', message: expect.stringContaining('line 1') },
    });
    expect((await control('PUT', 'people/0', 'is busy')).status).toBe(400);
    expect((await control('PUT', 'faults', '{"creates":{"script":[{"type":"lost"}]}}')).status).toBe(200);
    expect((await control('PUT', 'faults', '{"creates":{"script":[{"type":"sabotage"}]}}')).status).toBe(400);
    expect((await control('PUT', 'faults', 'no json')).status).toBe(400);
    const call = { from: '+14155550178', to: '+15005550006', person: { name: 'silent' } };
    expect((await control('POST', 'inbound-calls', JSON.stringify(call))).status).toBe(201);
    expect((await control('GET', 'calls')).body).toMatchObject([{ direction: 'inbound', status: 'failed' }]);
    expect((await control('GET', 'nothing')).status).toBe(404);
    expect((await fetch(`${url}/simulator/calls`)).status).toBe(401);
  });

  it('does not take a body without end', async () => {
    const { url } = await startSimulator();
    const body = 'x'.repeat(300 * 1024);
    const answer = await fetch(`${url}/simulator/faults`, { method: 'PUT', headers: { authorization }, body });
    expect(answer.status).toBe(413);
  });
});

describe('stopping', () => {
  it('ends live calls at once and frees the port', async () => {
    const application = await startApplication();
    const { simulator, url } = await startSimulator({
      defaultPerson: parsePerson('silent', 'answers after 1s\nstays silent'),
    });
    const order = { to: '+14155550150', from: '+15005550006', url: `${application.base}/voice` };
    const { sid } = await clientOf(url).calls.create(order);
    const ended = simulator.whenCallEnds(sid);
    await new Promise<void>((resolve) => {
      simulator.onEvent((event) => {
        if (event.type === 'status' && event.status === 'in-progress') resolve();
      });
    });
    await simulator.stop();
    expect(await ended).toMatchObject({ status: 'failed', endedBy: 'network' });
    await expect(fetch(url)).rejects.toThrow();
  });
});
