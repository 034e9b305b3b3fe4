/** Three servers on one Postgres behind a load balancer: one stands still over a claim, one is killed, nobody is rung twice. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { systemClock, waitFor } from '../../src/base/clock.ts';
import type { SimulatedCallRecord } from '../../src/simulator/call-record.ts';
import type { CallSeen } from '../crash/call-seen.ts';
import { beginCampaign, setUp } from '../crash/flows.ts';
import { judge } from '../crash/judge.ts';
import { type NetworkProcess, type Receiver, startNetwork, startReceiver } from '../crash/processes.ts';
import type { Wish } from '../crash/station.ts';
import { hasPostgres } from '../setup/describe-on-both.ts';
import { type Cluster, type ClusterNode, createCluster, readDocumentedSettings } from './cluster.ts';
import { follow } from './follow.ts';

const ownNumbers = ['+15005550006', '+15005550007', '+15005550008'];
const callsPerSecond = 5;
const mostCalls = 6;
/** Long enough that the lines are always taken while somebody waits. */
const talks = 'answers after 200ms\nsays "Hello?"\nwaits 2s\nhangs up';
const longestTestMs = 480_000;

let network: NetworkProcess;
let receiver: Receiver;
let cluster: Cluster;
let clusters = 0;

beforeAll(async () => {
  network = await startNetwork(ownNumbers);
  receiver = await startReceiver();
});
afterAll(async () => {
  network.child.kill('SIGKILL');
  await network.ended;
  receiver.close();
});

async function until(isSo: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await isSo())) await waitFor(systemClock, 100);
}

/** Asked again, of whichever node comes next, until one has done it. */
async function insist(wish: Wish): Promise<void> {
  await until(async () => (await cluster.wish(wish)) !== null);
  expect(wish.answer?.status, wish.path).toBe(201);
}

async function persons(count: number, script: string): Promise<string[]> {
  const numbers: string[] = [];
  for (let at = 0; at < count; at += 1) numbers.push(await cluster.person(script));
  return numbers;
}

const placeCall = async (to: string) => insist(cluster.wishFor('/v1/calls', { to }));
async function carrierCalls(): Promise<SimulatedCallRecord[]> {
  const response = await fetch(`${network.url}/simulator/calls`, { headers: network.headers });
  const records = (await response.json()) as SimulatedCallRecord[];
  return records.filter(({ from }) => from === cluster.ownNumber);
}

describe.runIf(hasPostgres())('three nodes', () => {
  beforeEach(async () => {
    cluster = await createCluster({
      ...{ network, ownNumber: ownNumbers[clusters] ?? '', index: clusters, nodes: 3 },
      settings: {
        ...{ CALLS_PER_SECOND: String(callsPerSecond), MAX_CONCURRENT_CALLS: String(mostCalls) },
        // The receiver of webhooks is on this machine.
        TRUSTED_NETWORKS: '127.0.0.0/8',
      },
    });
    clusters += 1;
    return () => cluster.remove();
  });

  it('are set as the page says, and nothing else has to be', () => {
    const documented = Object.keys(readDocumentedSettings());
    expect(documented).toEqual(expect.arrayContaining(['DATABASE_URL', 'PUBLIC_URL', 'TRUST_PROXY']));
    const ofThisTest = [...Object.keys(network.settings), 'TRUSTED_NETWORKS', 'TWILIO_API_BASE_URL'];
    expect(
      Object.keys(cluster.settings).filter((name) => !documented.includes(name) && !ofThisTest.includes(name)),
    ).toEqual([]);
  });

  it('ring everybody once and leave nothing behind when one stands still and one is killed', {
    timeout: longestTestMs,
  }, async () => {
    const [survivor, paused, victim] = cluster.nodes as [ClusterNode, ClusterNode, ClusterNode];
    // All at once on an empty database: one makes the tables and the secrets, the others take them.
    await Promise.all([survivor.start(), paused.start(`${claimed}#2 stop`), victim.start('carrier.placeCall after#2')]);
    expect(new Set(cluster.nodes.map((node) => node.operatorKey())).size).toBe(1);
    const seen = await follow(survivor);
    await setUp(cluster, receiver.url);

    const talkers = await persons(20, talks);
    const busy = await persons(4, 'is busy');
    await beginCampaign(cluster, [...talkers.slice(0, 12), ...busy]);
    for (const to of talkers.slice(12)) await placeCall(to);

    const pausedId = await paused.process.nodeId;
    await until(() => isStopped(paused.process.child.pid));
    expect((await victim.process.ended).signal).toBe('SIGKILL');
    // The others take it for gone, and all that it held for theirs.
    await until(async () => (await held(pausedId)) === 0);
    paused.process.child.kill('SIGCONT');
    await victim.start();

    const verdict = await judge(cluster, receiver, longestTestMs - 90_000);
    expect(verdict).toEqual({ calls: 24, lost: [], double: [], stuck: [] });
    await until(() => seen.count('call.ended') === 24);
    expect(seen.repeated()).toEqual([]);

    expectPace(await dialMoments());
    expect(mostAtOnce(await carrierCalls())).toBeLessThanOrEqual(mostCalls);
    for (const node of cluster.nodes) {
      expect(cluster.balancer.served(node.port)).toMatchObject({
        requests: expect.toSatisfy((count: number) => count > 0),
        webhooks: expect.toSatisfy((count: number) => count > 0),
      });
    }
    // The one that stood still and the one that was killed may have had no conversation before.
    const talked = cluster.nodes.filter(({ port }) => cluster.balancer.served(port).sockets > 0);
    expect(talked.length).toBeGreaterThan(1);
    expect(await cluster.read('/v1/limits')).toMatchObject({ queued: 0, lines: { limit: mostCalls, free: mostCalls } });
  });

  it('are replaced one after the other while they talk, and no conversation is cut off', {
    timeout: longestTestMs,
  }, async () => {
    await Promise.all(cluster.nodes.map((node) => node.start()));
    await setUp(cluster, receiver.url);
    const talkers = await persons(18, talks);
    const placing = Promise.all(talkers.map(placeCall));
    for (const node of cluster.nodes) {
      const nodeId = await node.process.nodeId;
      await until(async () => (await held(nodeId)) > 0 || (await waiting()) === 0);
      node.process.child.kill('SIGTERM');
      expect(await node.process.ended).toEqual({ code: 0, signal: null });
      await node.start();
    }
    await placing;
    const verdict = await judge(cluster, receiver, longestTestMs - 60_000);
    expect(verdict).toEqual({ calls: 18, lost: [], double: [], stuck: [] });
    const { data } = (await cluster.read<{ data: CallSeen[] }>('/v1/calls?limit=100')) ?? { data: [] };
    expect(data).toHaveLength(18);
    expect(data.map(({ ended_reason: reason }) => reason)).toEqual(data.map(() => 'person_hung_up'));
  });
});

/** The transaction in which a call is taken out of the queue, at the moment in which it is committed. */
const claimed = 'commit call_costs+call_log+calls+events+pace+spend_entries+spend_totals after';

/** Whether a process stands still, as its system says. */
function isStopped(pid: number | undefined): boolean {
  // A small Linux has no `ps`, and a Mac has no `/proc`.
  const file = `/proc/${pid}/stat`;
  const state = existsSync(file)
    ? readFileSync(file, 'utf8').split(') ').at(-1)
    : spawnSync('ps', ['-o', 'state=', '-p', String(pid)]).stdout.toString();
  return state?.trim().startsWith('T') ?? false;
}

/** How many unfinished calls a node has. */
async function held(nodeId: string | null): Promise<number> {
  const sql = 'select id from calls where node_id = $1 and check_at is not null';
  return (await cluster.query(sql, [nodeId])).length;
}

const waiting = async () => (await cluster.query('select id from calls where due_at is not null')).length;

const dialMoments = async () => {
  const rows = await cluster.query<{ dialing_at: Date }>(
    'select dialing_at from calls where dialing_at is not null order by dialing_at',
  );
  return rows.map((row) => row.dialing_at.getTime());
};

/** One after the other, however many nodes there are. */
function expectPace(moments: readonly number[]): void {
  const gaps = moments.slice(1).map((moment, at) => moment - (moments[at] as number));
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual(1000 / callsPerSecond);
}

function mostAtOnce(records: readonly SimulatedCallRecord[]): number {
  const changes = records.flatMap(({ createdAtMs, endedAtMs }) => [
    { atMs: createdAtMs, by: 1 },
    ...(endedAtMs === null ? [] : [{ atMs: endedAtMs, by: -1 }]),
  ]);
  let now = 0;
  let most = 0;
  for (const { by } of changes.sort((a, b) => a.atMs - b.atMs || a.by - b.by)) {
    now += by;
    most = Math.max(most, now);
  }
  return most;
}
