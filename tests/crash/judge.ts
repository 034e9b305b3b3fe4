/** Compares what the API says at rest with what the carrier saw: no call lost, none made twice, none stuck. */
import { systemClock, waitFor } from '../../src/base/clock.ts';
import type { SimulatedCallRecord } from '../../src/simulator/call-record.ts';
import type { CallSeen } from './call-seen.ts';
import { isForgotten, leftOf } from './forgotten.ts';
import type { NetworkProcess, Receiver } from './processes.ts';
import type { Requests } from './station.ts';

interface RecordingSeen {
  source: string;
  status: string;
}

interface ContactSeen {
  number: string;
  state: string;
}

/** Everything that can be seen from outside of who serves at an address. */
interface View {
  calls: CallSeen[];
  carrier: SimulatedCallRecord[];
  campaigns: { id: string; status: string }[];
}

export interface Verdict {
  calls: number;
  lost: string[];
  double: string[];
  stuck: string[];
}

interface Page<T> {
  data: T[];
  next_cursor: string | null;
}

async function readAll<T>(station: Requests, path: string): Promise<T[]> {
  const all: T[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const query: URLSearchParams = new URLSearchParams({ limit: '100', ...(cursor === '' ? {} : { cursor }) });
    const page: Page<T> | null = await station.read<Page<T>>(`${path}?${query}`);
    if (page === null) throw new Error(`${path}: the server is gone`);
    all.push(...page.data);
    cursor = page.next_cursor;
  }
  return all;
}

async function readCarrier(network: NetworkProcess, ownNumber: string): Promise<SimulatedCallRecord[]> {
  const response = await fetch(`${network.url}/simulator/calls`, { headers: network.headers });
  const records = (await response.json()) as SimulatedCallRecord[];
  return records.filter(({ from, to }) => from === ownNumber || to === ownNumber);
}

const isFinal = ({ status }: SimulatedCallRecord) => !['queued', 'ringing', 'in-progress'].includes(status);

async function view(station: Requests): Promise<View> {
  return {
    calls: await readAll<CallSeen>(station, '/v1/calls'),
    carrier: await readCarrier(station.network, station.ownNumber),
    campaigns: await readAll<{ id: string; status: string }>(station, '/v1/campaigns'),
  };
}

const isAtRest = ({ calls, carrier, campaigns }: View) =>
  calls.every(({ state }) => state === 'ended') &&
  carrier.every(isFinal) &&
  campaigns.every(({ status }) => status !== 'running');

async function untilAtRest(station: Requests, longestMs: number, isSettled: (seen: View) => Promise<boolean>) {
  const startedMs = systemClock.monotonicMs();
  for (;;) {
    const seen = await view(station);
    const isDone = isAtRest(seen) && (await isSettled(seen));
    if (isDone || systemClock.monotonicMs() - startedMs > longestMs) return seen;
    await waitFor(systemClock, 500);
  }
}

/** Waits until everything has come to its end, at most so long, and says what has not. */
export async function judge(station: Requests, receiver: Receiver, longestMs: number): Promise<Verdict> {
  const seen = await untilAtRest(station, longestMs, async (at) => {
    const late = [...untold(at, receiver), ...(await unkept(station, at)), ...(await leftOf(station, at))];
    return late.length === 0;
  });
  const { lost, double } = compare(seen, station);
  const stuck = [...unfinished(seen), ...untold(seen, receiver), ...(await unkept(station, seen))];
  const left = [...(await contactsLeft(station, seen)), ...(await leftOf(station, seen))];
  return { calls: seen.calls.length, lost, double, stuck: [...stuck, ...left] };
}

function unfinished({ calls, carrier, campaigns }: View): string[] {
  return [
    ...calls.filter(({ state }) => state !== 'ended').map(({ id, status }) => `${id} is still ${status}`),
    ...carrier.filter((record) => !isFinal(record)).map(({ sid, status }) => `${sid} is ${status} at the carrier`),
    ...campaigns.filter(({ status }) => status === 'running').map(({ id }) => `${id} still runs`),
  ];
}

/** Nothing more is told of who is forgotten. */
const untold = ({ calls }: View, { endings }: Receiver) =>
  calls
    .filter((call) => !isForgotten(call) && !endings.has(call.id))
    .map(({ id, status }) => `${id}: no webhook told that it is ${status}`);

/** Recordings that the carrier has and we do not. */
async function unkept(station: Requests, { calls, carrier }: View): Promise<string[]> {
  const missing: string[] = [];
  for (const record of carrier) {
    if (!record.recordings.some(({ status }) => status === 'completed')) continue;
    const call = calls.find(({ carrier_sid: sid }) => sid === record.sid);
    if (call && isForgotten(call)) continue;
    const kept = call && (await station.read<{ data: RecordingSeen[] }>(`/v1/calls/${call.id}/recordings`));
    const isKept = kept?.data.some(({ source, status }) => source === 'carrier' && status === 'ready');
    if (!isKept) missing.push(`${call?.id}: its recording of ${record.sid} is ${JSON.stringify(kept?.data)}`);
  }
  return missing;
}

async function contactsLeft(station: Requests, { campaigns }: View): Promise<string[]> {
  const left: string[] = [];
  for (const { id, status } of campaigns) {
    if (status === 'draft') continue;
    const contacts = await readAll<ContactSeen>(station, `/v1/campaigns/${id}/contacts`);
    for (const { number, state } of contacts) {
      if (!['done', 'failed'].includes(state)) left.push(`${id}: ${number} is left ${state}`);
    }
  }
  return left;
}

/** What a call that is over at the carrier ends as here. */
const statusAt: Record<string, string> = { 'no-answer': 'no_answer' };

function compare({ calls, carrier }: View, station: Requests): { lost: string[]; double: string[] } {
  const double: string[] = [];
  const lost: string[] = [];
  const bySid = new Map(calls.map((call) => [call.carrier_sid, call]));
  // Every wish has a number of its own, so a number that rang twice was dialled twice.
  const rang = new Set<string>();
  for (const { sid, direction, to, status, webhooks } of carrier) {
    const isOurs = direction !== 'inbound';
    if (isOurs && rang.has(to)) double.push(`${to} was rung twice`);
    if (isOurs) rang.add(to);
    const call = bySid.get(sid);
    const wasTaken =
      isOurs || webhooks.some(({ kind, body }) => kind === 'voice' && body?.includes('<Connect') === true);
    if (wasTaken && !call) lost.push(`${sid} to ${to} is known to the carrier alone`);
    const expected = statusAt[status] ?? status;
    if (call && call.status !== expected) lost.push(`${call.id} ended as ${call.status}, at the carrier as ${status}`);
  }
  const ids = new Set(calls.map(({ id }) => id));
  for (const { path, answer } of station.wishes) {
    const id = path === '/v1/calls' && answer?.status === 201 ? String(answer.body.id) : null;
    if (id !== null && !ids.has(id)) lost.push(`${id} was accepted and is not there`);
  }
  // One that was surely never placed is made good by a call of its own, which names it.
  const known = calls.filter((call) => !isForgotten(call));
  const asked = known.filter((call) => call.direction === 'outbound' && call.retry_of === null).map(({ to }) => to);
  for (const to of new Set(asked.filter((one, at) => asked.indexOf(one) !== at))) double.push(`${to} has two calls`);
  return { lost, double };
}
