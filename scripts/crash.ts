/**
 * Kills real servers on real files before and after each of their commits and each of what they ask of the outside, and
 * judges by the API and the carrier what is left. `npm run test:crash [-- --kills 300 --workers 2]`; ends with 1 when a
 * call was lost, made twice or got stuck, or a start took longer than 10 s.
 */
import { parseArgs } from 'node:util';
import type { Target } from '../tests/crash/order-targets.ts';
import { startNetwork, startReceiver } from '../tests/crash/processes.ts';
import { createStation } from '../tests/crash/station.ts';
import { findTargets, type SweepResult, setUpOnce, sweep } from '../tests/crash/sweep.ts';

const { values } = parseArgs({
  options: {
    /** Only this flow. */
    flow: { type: 'string', default: '' },
    kills: { type: 'string', default: '300' },
    workers: { type: 'string', default: '2' },
    /** Only points whose name holds this. */
    only: { type: 'string', default: '' },
  },
});

/** A recording whose fetch was cut off is fetched again after 10 minutes. */
const longestRestMs = 11 * 60_000;
const longestReadyMs = 10_000;
const workers = Number(values.workers);

const numbers = Array.from({ length: workers }, (_, at) => `+1500555${String(6000 + at)}`);
const network = await startNetwork(numbers);
const receiver = await startReceiver();
const stations = await Promise.all(numbers.map((ownNumber, index) => createStation({ network, index, ownNumber })));

/** One target after another, from the beginning again, until enough were hit; shared by the workers. */
function* share(targets: readonly Target[], enough: () => boolean): Generator<Target> {
  for (let at = 0; !enough() && at < 3 * Number(values.kills); at += 1) yield targets[at % targets.length] as Target;
}

async function run(): Promise<SweepResult[]> {
  const [first, ...others] = stations;
  if (!first) throw new Error('there must be a worker');
  const targets = (await findTargets(first, receiver)).filter(
    ({ flow, point }) => point.includes(values.only) && flow.includes(values.flow),
  );
  for (const station of others) await setUpOnce(station, receiver);
  console.log(`${targets.length} targets at ${new Set(targets.map(({ point }) => point)).size} points`);
  let kills = 0;
  const shared = share(targets, () => kills >= Number(values.kills));
  const told = (line: string) => {
    if (line.startsWith('✓')) kills += 1;
    console.log(`${String(kills).padStart(4)} ${line}`);
  };
  return Promise.all(stations.map((station) => sweep({ station, receiver, targets: shared, longestRestMs, told })));
}

const startedAt = performance.now();
const results = await run().finally(() => {
  network.child.kill('SIGKILL');
  receiver.close();
  for (const station of stations) station.remove();
});
const all = <T>(pick: (result: SweepResult) => readonly T[]) => results.flatMap(pick);
const [lost, double, stuck] = [all((one) => one.lost), all((one) => one.double), all((one) => one.stuck)];
const slowestReadyMs = Math.max(...results.map((one) => one.slowestReadyMs));
console.table({
  kills: all((one) => one.kills).length,
  points: new Set(all((one) => one.kills).map(({ point }) => point)).size,
  missed: all((one) => one.missed).length,
  calls: results.reduce((sum, { calls }) => sum + calls, 0),
  slowestReadyMs: Math.round(slowestReadyMs),
  seconds: Math.round((performance.now() - startedAt) / 1000),
  ...{ lost: lost.length, double: double.length, stuck: stuck.length },
});
for (const line of [...lost, ...double, ...stuck]) console.log(`✗ ${line}`);
process.exit(lost.length + double.length + stuck.length === 0 && slowestReadyMs <= longestReadyMs ? 0 : 1);
