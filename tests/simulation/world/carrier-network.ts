import { type CarrierLine, createLine, type LineParts } from './carrier-line.ts';
import type { Swarm } from './swarm.ts';

export interface RestRequest {
  method: string;
  path: string;
  form: URLSearchParams;
}

export interface RestAnswer {
  status: number;
  text: string;
  retryAfter?: string;
  /** When it was given, by the carrier's clock. */
  date?: string;
}

/** What becomes of a request: an answer after a while, a broken connection, or silence. */
export type Fate =
  | { type: 'answer'; answer: RestAnswer; afterMs: number }
  | { type: 'refused-connection'; afterMs: number }
  | { type: 'reset'; afterMs: number }
  | { type: 'silence' };

export interface CarrierNetwork {
  readonly lines: ReadonlyMap<string, CarrierLine>;
  take(request: RestRequest): Fate;
  /** Somebody calls one of our numbers. */
  callIn(ends: { from: string; to: string }): void;
}

export interface NetworkParts extends LineParts {
  swarm(): Swarm;
  /** Judges a call at the moment at which the carrier takes it. */
  placed(line: CarrierLine): void;
  /** One that somebody else placed. */
  came(line: CarrierLine): void;
  /** Where the carrier asks what to do with an incoming call. */
  voiceUrl: string;
}

/** Then the person has had enough. */
const longestIncomingMs = 90_000;

const json = (status: number, body: unknown): RestAnswer => ({ status, text: JSON.stringify(body) });

const error = (status: number, code: number, message: string) => json(status, { code, message, status });

const refusals = [21211, 21215, 21216, 13227] as const;

export function createCarrierNetwork(parts: NetworkParts): CarrierNetwork {
  const { random, truth, scheduler } = parts;
  const lines = new Map<string, CarrierLine>();
  const chance = (share: number, fault: string) => {
    if (share === 0 || random.fraction() >= share) return false;
    truth.strike(fault);
    return true;
  };

  const nextSid = () => `CA${(lines.size + 1).toString(16).padStart(32, '0')}`;

  const place = (form: URLSearchParams): CarrierLine => {
    const sid = nextSid();
    const statusUrl = form.get('StatusCallback') ?? '';
    const callId = new URL(statusUrl).searchParams.get('callId') ?? '';
    const order = {
      ...{ direction: 'outbound' as const, callId, to: form.get('To') ?? '', from: form.get('From') ?? '' },
      ...{ url: form.get('Url') ?? '', statusUrl },
      ...{ ringMs: Number(form.get('Timeout')) * 1000, longestMs: Number(form.get('TimeLimit')) * 1000 },
    };
    truth.note('carrier takes', sid, callId, order.to);
    const line = createLine(parts, order, sid);
    lines.set(sid, line);
    truth.calls.set(sid, line.true);
    const mine = truth.byCall.get(callId) ?? [];
    truth.byCall.set(callId, [...mine, line.true]);
    parts.placed(line);
    return line;
  };

  const create = (form: URLSearchParams): Fate => {
    const swarm = parts.swarm();
    const afterMs = 20 + random.fraction() * (chance(swarm.slowAnswer, 'slow answer') ? 20_000 : 300);
    if (chance(swarm.connectionRefused, 'connection refused')) return { type: 'refused-connection', afterMs: 5 };
    if (chance(swarm.requestLost, 'request lost')) return brokenOff(afterMs);
    if (chance(swarm.tooManyRequests, 'too many requests')) {
      return { type: 'answer', afterMs, answer: error(429, 20429, 'Too Many Requests') };
    }
    if (chance(swarm.refused, 'refused')) {
      const code = refusals[Math.floor(random.fraction() * refusals.length)] ?? 21211;
      return { type: 'answer', afterMs, answer: error(code === 21215 ? 403 : 400, code, 'refused') };
    }
    // The server fails before it made the call, or after.
    if (chance(swarm.serverError / 2, 'server error without a call'))
      return { type: 'answer', afterMs, answer: broken };
    const line = place(form);
    if (chance(swarm.serverError / 2, 'server error with a call')) return { type: 'answer', afterMs, answer: broken };
    if (chance(swarm.responseLost, 'response lost')) return brokenOff(afterMs);
    return { type: 'answer', afterMs, answer: json(201, toResource(line)) };
  };

  const brokenOff = (afterMs: number): Fate =>
    random.fraction() < 0.5 ? { type: 'reset', afterMs } : { type: 'silence' };

  const look = (request: RestRequest): RestAnswer => {
    const [, sid] = /\/Calls\/(CA[0-9a-f]+)\.json/.exec(request.path) ?? [];
    if (sid === undefined) return list(new URLSearchParams(request.path.split('?')[1]));
    const line = lines.get(sid);
    if (!line) return error(404, 20404, 'not found');
    if (request.method === 'POST') endByRequest(line);
    return json(200, toResource(line));
  };

  const endByRequest = (line: CarrierLine) => {
    truth.note('carrier told to end', line.true.carrierSid);
    line.end(line.progress.phase === 'in-progress' ? 'completed' : 'canceled');
  };

  const list = (query: URLSearchParams): RestAnswer => {
    // An empty filter is none.
    const isMeant = (name: string, value: string) => [value, ''].includes(query.get(name) ?? '');
    const found = [...lines.values()].filter(({ order }) => isMeant('To', order.to) && isMeant('From', order.from));
    return json(200, { calls: found.reverse().map(toResource), next_page_uri: null });
  };

  return {
    lines,
    callIn({ from, to }) {
      const sid = nextSid();
      truth.note('carrier brings', sid, from);
      const order = {
        ...{ direction: 'inbound' as const, callId: '', from, to, url: parts.voiceUrl, statusUrl: '' },
        ...{ ringMs: 0, longestMs: longestIncomingMs },
      };
      const line = createLine(parts, order, sid);
      lines.set(sid, line);
      truth.calls.set(sid, line.true);
      parts.came(line);
    },
    take(request) {
      const fate = decide(request);
      if (fate.type !== 'answer') return fate;
      return { ...fate, answer: { ...fate.answer, date: toDate(scheduler.nowMs()) } };
    },
  };

  function decide(request: RestRequest): Fate {
    const isCreate = request.method === 'POST' && request.path.endsWith('/Calls.json');
    if (isCreate) return create(request.form);
    const swarm = parts.swarm();
    const afterMs = 10 + random.fraction() * 200;
    if (chance(swarm.requestLost, 'look-up lost')) return brokenOff(afterMs);
    const answer = look(request);
    if (chance(swarm.responseLost, 'look-up answer lost')) return brokenOff(afterMs);
    return { type: 'answer', afterMs, answer };
  }

  function toResource({ true: call, order }: CarrierLine) {
    const endedAtMs = call.endedAtMs ?? scheduler.nowMs();
    const duration = call.answeredAtMs === null ? 0 : Math.round((endedAtMs - call.answeredAtMs) / 1000);
    return {
      sid: call.carrierSid,
      status: call.status,
      ...{ to: order.to, from: order.from },
      date_created: toDate(call.createdAtMs),
      duration: String(duration),
    };
  }
}

/** In whole seconds. */
const toDate = (ms: number) => new Date(ms).toUTCString();

const broken: RestAnswer = { status: 502, text: '<html>Bad Gateway</html>' };
