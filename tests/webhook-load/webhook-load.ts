/** Many events on their way to many endpoints, some of them broken, over real sockets and a real store; and what arrived when. */
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { systemClock, waitFor } from '../../src/base/clock.ts';
import { createGuardedFetch, trustedInSandbox } from '../../src/base/guarded-fetch.ts';
import { createIds } from '../../src/base/ids.ts';
import { silentLogger } from '../../src/base/log.ts';
import { systemRandom } from '../../src/base/random.ts';
import { createWebhookDelivery } from '../../src/notify/deliver-webhooks.ts';
import { createLiveEvents } from '../../src/notify/live-events.ts';
import { insertEvents } from '../../src/store/events.ts';
import type { Store } from '../../src/store/open-store.ts';
import { insertWebhook } from '../../src/store/webhooks.ts';

export interface LoadPlan {
  endpoints: number;
  /** So many of them; they take turns at the ways to be broken. */
  broken: number;
  events: number;
  /** How many events happen in a second; all at once unless told. */
  perSecond?: number;
}

export interface LoadReport {
  /** Of the healthy endpoints. */
  wanted: number;
  delivered: number;
  /** Ids that came more than once to an endpoint. */
  twice: number;
  /** From the event to the first try at its endpoint, in ms. */
  firstTryMs: { p50: number; p99: number; most: number };
  /** How many tries each way to be broken saw. */
  triesOfBroken: Record<string, number>;
  tookMs: number;
}

type Answer = (response: ServerResponse) => void;

/** Each of them costs a sender something else. */
const waysToBeBroken: Record<string, Answer> = {
  'private redirect': (response) => response.writeHead(302, { location: 'http://10.0.0.1/' }).end(),
  'endless body': (response) => {
    response.writeHead(200);
    const more = () => {
      while (!response.destroyed && response.write(Buffer.alloc(16 * 1024)));
    };
    response.on('drain', more).on('error', () => {});
    more();
  },
  'never answers': () => {},
  'answers 500': (response) => response.writeHead(500).end('no'),
  'closes the connection': (response) => response.destroy(),
  // Its server is closed before the first event.
  'refuses the connection': () => {},
};

interface Endpoint {
  id: string;
  broken: string | null;
  server: Server;
  url: string;
  /** When each id came first, and how often. */
  came: Map<string, { atMs: number; times: number }>;
}

async function openEndpoint(index: number, broken: string | null): Promise<Endpoint> {
  const came: Endpoint['came'] = new Map();
  const answer: Answer = broken === null ? (response) => response.writeHead(204).end() : ofBroken(broken);
  const server = createServer((request, response) => {
    const id = String(request.headers['webhook-id']);
    const known = came.get(id);
    if (known) known.times += 1;
    else came.set(id, { atMs: systemClock.now(), times: 1 });
    request.resume().on('end', () => answer(response));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
  if (broken === 'refuses the connection') await close(server);
  return { id: `webhook_${index}`, broken, server, url, came };
}

const ofBroken = (way: string): Answer => waysToBeBroken[way] ?? (() => {});

function close(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}

/** Each event is for one endpoint, in turn; ends when all that is healthy was told of all that is for it. */
export async function loadWebhooks(store: Store, plan: LoadPlan): Promise<LoadReport> {
  const ways = Object.keys(waysToBeBroken);
  const endpoints = await Promise.all(
    Array.from({ length: plan.endpoints }, (_, index) =>
      openEndpoint(index, index < plan.broken ? (ways[index % ways.length] ?? null) : null),
    ),
  );
  const newId = createIds(systemClock, systemRandom);
  const live = createLiveEvents(silentLogger);
  const guardedFetch = createGuardedFetch({ clock: systemClock, trustedNetworks: trustedInSandbox });
  const parts = { store, clock: systemClock, random: systemRandom, newId, live, guardedFetch, log: silentLogger };
  const delivery = createWebhookDelivery({ ...parts, showCall: (call) => call });
  for (const { id, url } of endpoints) await addWebhook(store, { id, url });
  delivery.start();
  const startedMs = systemClock.monotonicMs();
  const tellSome = (first: number, count: number) => tell({ store, newId, live }, endpoints, { first, count });
  const happenedAt = await happen(plan, tellSome);
  await untilAllCame(endpoints, happenedAt);
  await untilEachWasTried(endpoints);
  const tookMs = Math.round(systemClock.monotonicMs() - startedMs);
  await delivery.stop();
  guardedFetch.close();
  await Promise.all(endpoints.map(({ server }) => close(server)));
  return toReport(endpoints, happenedAt, tookMs);
}

function addWebhook(store: Store, { id, url }: Pick<Endpoint, 'id' | 'url'>) {
  const at = new Date(systemClock.now());
  const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
  const types = JSON.stringify([`${id}.happened`]);
  const row = { id, client_id: null, url, event_types: types, is_enabled: true, secret };
  return insertWebhook(store.db, { ...row, created_at: at, updated_at: at });
}

/** When each event happened, and for which endpoint, by its id. */
type Happened = Map<string, { atMs: number; endpoint: string }>;

const mostAtOnce = 50;

async function happen(
  plan: LoadPlan,
  tellSome: (first: number, count: number) => Promise<Happened>,
): Promise<Happened> {
  const all: Happened = new Map();
  const startedMs = systemClock.monotonicMs();
  for (let first = 0; first < plan.events; first += mostAtOnce) {
    if (plan.perSecond !== undefined) {
      const dueMs = startedMs + (first / plan.perSecond) * 1000;
      await waitFor(systemClock, dueMs - systemClock.monotonicMs());
    }
    for (const [id, of] of await tellSome(first, Math.min(mostAtOnce, plan.events - first))) all.set(id, of);
  }
  return all;
}

type TellParts = { store: Store; newId: ReturnType<typeof createIds>; live: ReturnType<typeof createLiveEvents> };

async function tell(
  { store, newId, live }: TellParts,
  endpoints: readonly Endpoint[],
  { first, count }: { first: number; count: number },
): Promise<Happened> {
  const atMs = systemClock.now();
  const events = Array.from({ length: count }, (_, offset) => {
    const id = newId('event');
    const endpoint = endpoints[(first + offset) % endpoints.length]?.id ?? '';
    const data = JSON.stringify({ number: first + offset });
    return { id, call_id: null, client_id: null, type: `${endpoint}.happened`, key: id, at: new Date(atMs), data };
  });
  live.publish(await insertEvents(store.db, events));
  return new Map(events.map(({ id, type }) => [id, { atMs, endpoint: type.split('.', 1)[0] ?? '' }]));
}

const lookEveryMs = 20;

async function untilAllCame(endpoints: readonly Endpoint[], happened: Happened): Promise<void> {
  const healthy = new Map(endpoints.filter(({ broken }) => broken === null).map((one) => [one.id, one.came]));
  const isMissing = ([id, { endpoint }]: [string, { endpoint: string }]) => healthy.get(endpoint)?.has(id) === false;
  let missing = [...happened].filter(isMissing);
  while (missing.length > 0) {
    await waitFor(systemClock, lookEveryMs);
    missing = missing.filter(isMissing);
  }
}

async function untilEachWasTried(endpoints: readonly Endpoint[]): Promise<void> {
  const isUntried = ({ broken, came }: Endpoint) => broken !== 'refuses the connection' && came.size === 0;
  while (endpoints.some(isUntried)) await waitFor(systemClock, lookEveryMs);
}

function toReport(endpoints: readonly Endpoint[], happened: Happened, tookMs: number): LoadReport {
  const healthy = endpoints.filter(({ broken }) => broken === null);
  const waits: number[] = [];
  let [wanted, twice] = [0, 0];
  const cameTo = new Map(healthy.map(({ id, came }) => [id, came]));
  for (const [id, { atMs, endpoint }] of happened) {
    const came = cameTo.get(endpoint);
    if (!came) continue;
    wanted += 1;
    const first = came.get(id);
    if (first) waits.push(first.atMs - atMs);
    if ((first?.times ?? 0) > 1) twice += 1;
  }
  waits.sort((one, other) => one - other);
  const at = (share: number) => waits[Math.max(Math.ceil(waits.length * share) - 1, 0)] ?? Number.NaN;
  const triesOfBroken: Record<string, number> = {};
  for (const { broken, came } of endpoints) {
    const tries = [...came.values()].reduce((sum, { times }) => sum + times, 0);
    if (broken !== null) triesOfBroken[broken] = (triesOfBroken[broken] ?? 0) + tries;
  }
  const firstTryMs = { p50: at(0.5), p99: at(0.99), most: at(1) };
  return { wanted, delivered: waits.length, twice, firstTryMs, triesOfBroken, tookMs };
}
