import { createFakeClock, type FakeClock } from '../../base/clock.ts';
import { type CarrierWorld, carrierContract, type NextCreate } from '../../ports/contracts/carrier.contract.ts';
import { parseForm } from './form.ts';
import { signRequest } from './signature.ts';
import {
  type Answer,
  type Asked,
  account,
  accountSid,
  authToken,
  carrierOn,
  deadUrl,
  from,
  json,
  publicUrl,
  startFarSide,
  to,
  twilioError,
} from './testing/far-side.ts';

/** The small part of Twilio's REST API that the contract needs. */
function answerLikeTwilio(clock: FakeClock) {
  const calls: Record<string, string>[] = [];
  const recordings = new Map<string, Uint8Array>();
  const recorded = new Set<string>();
  let next: NextCreate | null = null;
  const create: Answer = (response, { form }) => {
    if (form.get('To') === '+15005550001') return twilioError(400, 21217, 'Not a valid number')(response, asNothing);
    if (next === 'server-error') return response.writeHead(500).end('<html>sorry</html>');
    const sid = `CA${String(calls.length).padStart(32, '0')}`;
    const date_created = new Date(clock.now()).toUTCString().replace('GMT', '+0000');
    const call = { sid, status: 'queued', to: form.get('To') ?? '', from: form.get('From') ?? '', date_created };
    calls.unshift(call);
    if (next === 'made-but-not-told') return response.destroy();
    if (next === 'made-but-garbled') return response.writeHead(201).end('{"sid":"CA');
    if (next === 'silence') return undefined;
    return json(201, call)(response, asNothing);
  };
  const list: Answer = (response, { path }) => {
    const query = new URL(path, 'http://x').searchParams;
    const found = calls.filter((call) => call.to === query.get('To') && call.from === query.get('From'));
    json(200, { calls: found, next_page_uri: null })(response, asNothing);
  };
  const one: Answer = (response, { method, path }) => {
    const call = calls.find(({ sid }) => path.endsWith(`/Calls/${sid}.json`));
    if (!call) return twilioError(404, 20404, 'not found')(response, asNothing);
    if (method === 'POST' && call.status === 'completed') return twilioError(400, 21220, 'over')(response, asNothing);
    if (method === 'POST') call.status = 'completed';
    return json(200, call)(response, asNothing);
  };
  const current: Answer = (response, { method, path, form }) => {
    const [, sid = ''] = /\/Calls\/(CA\w+)\/Recordings\/Twilio\.CURRENT\.json$/.exec(path) ?? [];
    if (!recorded.has(sid)) return twilioError(404, 20404, 'not found')(response, asNothing);
    if (method !== 'POST' || form.get('Status') !== 'stopped') return response.writeHead(400).end();
    recorded.delete(sid);
    return json(200, { sid: 'RE2', status: 'stopped' })(response, asNothing);
  };
  const recording: Answer = (response, { method, path }) => {
    const [, sid = '', ending] = /\/Recordings\/(RE\w+)(\.wav|\.json)$/.exec(path) ?? [];
    const sound = recordings.get(sid);
    if (!sound) return twilioError(404, 20404, 'not found')(response, asNothing);
    if (method === 'GET' && ending === '.wav') {
      return response.writeHead(200, { 'content-type': 'audio/x-wav', 'content-length': sound.length }).end(sound);
    }
    recordings.delete(sid);
    return response.writeHead(204).end();
  };
  const answer: Answer = (response, asked) => {
    if (asked.path.includes('/Recordings/Twilio')) return current(response, asked);
    if (asked.path.includes('/Recordings/')) return recording(response, asked);
    if (!asked.path.startsWith(`${account}/Calls.json`)) return one(response, asked);
    return (asked.method === 'POST' ? create : list)(response, asked);
  };
  return { calls, recordings, recorded, answer, setNext: (behaviour: NextCreate) => () => (next = behaviour) };
}
const asNothing: Asked = { method: '', path: '', headers: {}, form: new URLSearchParams() };

const sound = Uint8Array.from({ length: 100_000 }, (_, at) => at % 251);

async function createWorld(): Promise<CarrierWorld> {
  const clock = createFakeClock();
  const farSide = await startFarSide();
  const network = answerLikeTwilio(clock);
  farSide.answer = network.answer;
  return {
    carrier: carrierOn(farSide.url, clock),
    unreachable: carrierOn(await deadUrl(), clock),
    numbers: { from, reachable: to, refused: '+15005550001' },
    strangeSid: `CA${'f'.repeat(32)}`,
    farNowMs: () => clock.now(),
    callsMade: () => network.calls.length,
    nextCreate: {
      'made-but-not-told': network.setNext('made-but-not-told'),
      'made-but-garbled': network.setNext('made-but-garbled'),
      'server-error': network.setNext('server-error'),
      silence: network.setNext('silence'),
    },
    recordings: {
      strangeSid: `RE${'f'.repeat(32)}`,
      announced: async () => ({
        recordingSid: 'RE1',
        async arrive() {
          network.recordings.set('RE1', sound);
          return sound;
        },
      }),
      async running() {
        const carrierSid = `CA${'1'.repeat(32)}`;
        network.recorded.add(carrierSid);
        return { carrierSid, isRecorded: () => network.recorded.has(carrierSid), isLive: () => true };
      },
    },
    async outwait() {
      if (farSide.asked.length === 0) await farSide.nextRequest();
      clock.advance(10_000);
    },
    signedWebhook(path) {
      const body = new URLSearchParams({ AccountSid: accountSid, CallSid: `CA${'1'.repeat(32)}`, CallStatus: 'busy' });
      const signature = signRequest(authToken, publicUrl + path, parseForm(body.toString()));
      const headers = { 'content-type': 'application/x-www-form-urlencoded', 'x-twilio-signature': signature };
      return { method: 'POST', path, headers, body: body.toString() };
    },
    signedSocket(path) {
      const signature = signRequest(authToken, `wss://voice.example.test${path}`);
      return { method: 'GET', path, headers: { 'x-twilio-signature': signature }, body: '' };
    },
    close: farSide.close,
  };
}
carrierContract('Twilio on a small server', createWorld);
