/** One seed from beginning to end: a world of nodes, a carrier and people, under faults, then healed, then at rest. */
import { createSeededRandom } from '../../../src/base/random.ts';
import type { CallParts } from '../../../src/call/run-call.ts';
import type { Store } from '../../../src/store/open-store.ts';
import { paths } from '../../../src/wiring/foundation.ts';
import type { Law, LawView } from '../laws/law.ts';
import { laws } from '../laws/laws.ts';
import type { MemoryDatabase } from '../memory/memory-database.ts';
import { type Backend, createSimulatedStore } from '../memory/simulated-store.ts';
import type { Row } from '../memory/sql-values.ts';
import { untaught } from '../memory/terms.ts';
import { createCallbacks, publicUrl } from './callbacks.ts';
import type { CarrierLine } from './carrier-line.ts';
import { createCarrierNetwork } from './carrier-network.ts';
import { holdLine, type OpenSessions } from './hold-line.ts';
import { createNode, type SimulatedNode } from './node.ts';
import { startPeople } from './people-in-charge.ts';
import { createScheduler } from './scheduler.ts';
import { healed, type Swarm } from './swarm.ts';
import { createTruth, LawBroken, type Truth } from './truth.ts';

export interface WorldOptions {
  seed: number;
  swarm: Swarm;
  backend: Backend;
  /** Where the backend is in memory: the laws are asked at every commit. */
  database: MemoryDatabase | null;
  /** After how many events of the last part it is at rest, where that cannot be seen; null: when it can be, if ever. */
  restEvents: number | null;
  /** Where the database answers in real time. */
  settled: (() => Promise<boolean>) | null;
  spoil(parts: CallParts): CallParts;
}

export interface SeedResult {
  seed: number;
  digest: string;
  calls: number;
  events: number;
  /** Those since the last fault, until all was at rest; null: it never was. */
  restEvents: number | null;
  virtualMs: number;
  faults: Map<string, number>;
  broken: LawBroken | null;
  tail: string[];
}

/** A Monday noon in winter on the east coast. */
const startMs = Date.UTC(2026, 0, 5, 17, 0, 0);
const restartMs = 3000;
/** L3: so long after the last fault everything must be over. */
const restMs = 15 * 60_000;
export const ownNumber = '+12125550100';

/** What was put off by a clock that is an hour off comes as much later. */
const extraRestMs = ({ furthestJumpMs }: Swarm) => 2 * furthestJumpMs;

/** Longer than any seed lasts. */
const farMs = startMs + 4 * 3_600_000;

/** Waits for another day, on which a cap on spending is empty again: nothing happens before that. */
const isForLater = (at: unknown): boolean => at instanceof Date && at.getTime() > farMs;

const isOpen = (row: Row | null) => row !== null && row.check_at !== null && !isForLater(row.due_at);
/** One that is called off is looked at until nobody on its list waits. */
const isUnderWay = (row: Row | null) =>
  row !== null && (row.status === 'running' || row.next_tick_at !== null) && !isForLater(row.next_tick_at);

export async function runWorld(options: WorldOptions): Promise<SeedResult> {
  const { seed, backend, database } = options;
  const random = createSeededRandom(seed);
  const scheduler = createScheduler(startMs, options.settled);
  const truth = createTruth(() => Math.round(scheduler.nowMs() - startMs));
  let swarm = options.swarm;
  let broken: LawBroken | null = null;
  const judge = (work: () => void) => {
    try {
      work();
    } catch (error) {
      if (!(error instanceof LawBroken)) throw error;
      broken ??= error;
    }
  };
  const accepted = new Set<string>();
  const rows = (table: string): Row[] =>
    [...(database?.tables.get(table)?.rows ?? [])].flatMap(({ committed }) => (committed ? [committed] : []));
  const sessions: OpenSessions = new Map();
  let openLines = 0;
  let openRows = 0;
  let openCampaigns = 0;
  const network = createCarrierNetwork({
    ...{ scheduler, truth, random: createSeededRandom(seed + 1), swarm: () => swarm },
    announce: (line, change) => callbacks.status(line, change),
    follow: (line) => void holdLine({ ...hold, callbacks }, line, sessions),
    voiceUrl: `${publicUrl}${paths.voice}`,
    came() {
      openLines += 1;
    },
    placed(line) {
      openLines += 1;
      judge(() => {
        for (const law of upheld) law.placed?.(line);
      });
    },
    ended(line: CarrierLine) {
      openLines -= 1;
      sessions.get(line.true.carrierSid)?.close(true);
    },
  });
  const view: LawView = { nowMs: scheduler.nowMs, truth, lines: network.lines, swarm, rows, accepted, isForLater };
  const upheld: Law[] = database ? laws.map((create) => create(view)) : [];
  for (const [name, table] of database?.tables ?? []) {
    table.onSettled = (before, after, { began }) => {
      if (name === 'campaigns') openCampaigns += Number(isUnderWay(after)) - Number(isUnderWay(before));
      if (name === 'calls') openRows += Number(isOpen(after)) - Number(isOpen(before));
      judge(() => {
        for (const law of upheld) law.committed?.(name, { before, after, began, now: database?.commits ?? 0 });
      });
    };
  }

  const nodes: SimulatedNode[] = [];
  let born = 0;
  const startNode = (at: number) => {
    born += 1;
    const node = createNode({
      ...{ name: `node${born}`, seed: seed * 31 + born, scheduler, truth, backend, network, ownNumber },
      ...{ swarm: () => swarm, spoil: options.spoil },
      died: () => scheduler.at(restartMs * (0.2 + random.fraction()), () => startNode(at)),
    });
    nodes[at] = node;
    truth.note('node starts', node.name);
    node.start();
  };
  const pickNode = () => {
    const alive = nodes.filter((node) => node.time.isAlive);
    return alive[Math.floor(random.fraction() * alive.length)] ?? null;
  };
  const hold = { scheduler, truth, random: createSeededRandom(seed + 2), swarm: () => swarm, pickNode };
  const callbacks = createCallbacks({
    ...{ scheduler, truth, random: createSeededRandom(seed + 3), swarm: () => swarm },
    deliver: async (request) => (await pickNode()?.webhook(request)) ?? null,
    heard: (line, status) =>
      judge(() => {
        for (const law of upheld) law.heard?.(line, status);
      }),
  });

  const calm = { before: () => null, after: () => null };
  const clock = { now: scheduler.nowMs, monotonicMs: scheduler.nowMs, startTimer: scheduler.at };
  const store = createSimulatedStore(backend, { clock, random, weather: calm });
  const people = startPeople({
    scheduler,
    truth,
    random: createSeededRandom(seed + 4),
    swarm,
    store,
    pickNode,
    accepted,
    ownNumber,
    callIn: network.callIn,
  });
  await people.prepared;
  for (let at = 0; at < swarm.nodes; at += 1) startNode(at);
  const isBroken = () => broken !== null;
  const stormMs = swarm.arrivalMs + 10_000 + random.fraction() * 90_000;
  let events = await scheduler.runUntil(startMs + stormMs, isBroken);
  swarm = healed(swarm);
  truth.note('healed');
  let restEvents = 0;
  let cameToRest = false;
  const isAtRest = () => {
    restEvents += 1;
    cameToRest = options.restEvents === null ? canBeSeenAtRest() : restEvents === options.restEvents;
    return isBroken() || cameToRest;
  };
  const canBeSeenAtRest = () =>
    database !== null &&
    openRows === 0 &&
    openCampaigns === 0 &&
    openLines === 0 &&
    callbacks.pending === 0 &&
    people.isDone();
  events += await scheduler.runUntil(scheduler.nowMs() + restMs + extraRestMs(swarm), isAtRest);
  if (!broken) {
    judge(() => {
      for (const law of upheld) law.atRest?.();
    });
  }
  for (const node of nodes) {
    node.time.kill();
    await node.store.die();
  }
  await noteRows(store, truth);
  if (untaught.length > 0) throw new Error(`the database in memory has not been taught ${untaught.join('; ')}`);
  return {
    ...{
      seed,
      calls: network.lines.size,
      events,
      restEvents: cameToRest ? restEvents : null,
      virtualMs: scheduler.nowMs() - startMs,
      faults: truth.faults,
    },
    ...{ broken, tail: truth.tail(), digest: truth.digest() },
  };
}

/** The end as it is stored is part of the hash. */
async function noteRows({ db }: Store, truth: Truth): Promise<void> {
  const calls = await db
    .selectFrom('calls')
    .select([
      'id',
      'status',
      'revision',
      'carrier_sid',
      'outcome',
      'ended_reason',
      'ended_by',
      'error_code',
      'ended_at',
    ])
    .orderBy('id')
    .execute();
  for (const call of calls) truth.note(JSON.stringify(call));
  const events = await db.selectFrom('events').select(['call_id', 'type', 'at']).orderBy('position').execute();
  for (const event of events) truth.note(JSON.stringify(event));
}
