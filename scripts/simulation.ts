/**
 * Runs many seeds of simulated nodes, carriers and faults in virtual time, in one process for each core, prints what was
 * tried, and ends with 1 when a law was broken. `npm run simulation [-- --seeds 25000]`, `-- --seed 1`,
 * `-- --planted 500 [--only SID]`: by how many seeds each planted bug is found; `-- --calendar 1000000`: calling hours, asked so
 * often; `-- --twice 500`: so many seeds give the same history again; `-- --sql 20000`: as many seeds as it takes for so
 * many calls give the same history on Postgres.
 */
import { fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import '../tests/simulation/unfrozen.ts';
import { checkCalendar } from '../tests/simulation/calendar.ts';
import { createPgliteBackend } from '../tests/simulation/memory/backends.ts';
import { readCatalogue, type TableDefinition } from '../tests/simulation/memory/catalogue.ts';
import { type Found, findPlantedBug } from '../tests/simulation/planted/find-planted-bugs.ts';
import { plantedBugs } from '../tests/simulation/planted/planted-bugs.ts';
import { runSeed, runSeedOnBoth, toShapes } from '../tests/simulation/run-seed.ts';
import { shrinkSeed } from '../tests/simulation/shrink-seed.ts';

interface Tally {
  seeds: number;
  calls: number;
  events: number;
  crashes: number;
  virtualHours: number;
  faults: Record<string, number>;
  broken: { seed: number; law: string }[];
}

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '25000' },
    from: { type: 'string', default: '1' },
    step: { type: 'string', default: '1' },
    seed: { type: 'string' },
    planted: { type: 'string' },
    /** Of the planted bugs, those with this in their name. */
    only: { type: 'string', default: '' },
    calendar: { type: 'string' },
    twice: { type: 'string' },
    sql: { type: 'string' },
    child: { type: 'boolean', default: false },
  },
});

const nothing = (): Tally => ({ seeds: 0, calls: 0, events: 0, crashes: 0, virtualHours: 0, faults: {}, broken: [] });

function add(to: Tally, more: Tally): void {
  to.seeds += more.seeds;
  to.calls += more.calls;
  to.events += more.events;
  to.crashes += more.crashes;
  to.virtualHours += more.virtualHours;
  to.broken.push(...more.broken);
  for (const [fault, times] of Object.entries(more.faults)) to.faults[fault] = (to.faults[fault] ?? 0) + times;
}

function sumOf(shares: readonly Tally[]): Tally {
  const sum = nothing();
  for (const share of shares) add(sum, share);
  return sum;
}

/** Of one share; the parent says now and then how far all of them are. */
type News = { soFar: Tally } | { whole: Tally };

const tellAfterSeeds = 10;

function tellOf(tally: Tally): void {
  const news: News = { soFar: tally };
  if (tally.seeds % tellAfterSeeds === 0) process.send?.(news);
}

/** The parent's, so that not each share makes a database of its own. */
const whenCatalogueComes = () =>
  new Promise<TableDefinition[]>((resolve) => process.once('message', (catalogue) => resolve(catalogue as never)));

async function runShare(): Promise<Tally> {
  const shapes = toShapes(await whenCatalogueComes());
  const tally = nothing();
  const step = Number(values.step);
  for (let seed = Number(values.from); seed <= Number(values.seeds); seed += step) {
    const { broken, calls, events, faults, virtualMs } = await runSeed(seed, { shapes });
    const law = broken ? [{ seed, law: broken.message }] : [];
    const counted = Object.fromEntries(faults);
    const crashes = counted.crash ?? 0;
    add(tally, { seeds: 1, calls, events, crashes, virtualHours: virtualMs / 3_600_000, faults: counted, broken: law });
    tellOf(tally);
  }
  return tally;
}

/** Seeds on both databases, until there were so many calls. */
async function runShareOnBoth(calls: number): Promise<Tally> {
  const shapes = toShapes(await whenCatalogueComes());
  const pglite = await createPgliteBackend();
  const tally = nothing();
  for (let seed = Number(values.from); tally.calls < calls; seed += Number(values.step)) {
    const { inMemory, onPostgres } = await runSeedOnBoth(seed, { shapes, pglite });
    const law =
      inMemory.broken?.message ?? (inMemory.digest === onPostgres.digest ? null : 'Postgres has another history');
    const { events, faults, virtualMs } = onPostgres;
    const counted = Object.fromEntries(faults);
    const figures = { seeds: 1, calls: onPostgres.calls, events, crashes: counted.crash ?? 0 };
    const broken = law === null ? [] : [{ seed, law }];
    add(tally, { ...figures, virtualHours: virtualMs / 3_600_000, faults: counted, broken });
    tellOf(tally);
  }
  await pglite.close();
  return tally;
}

interface Share {
  from: number;
  step: number;
  catalogue: TableDefinition[];
  onSoFar(tally: Tally): void;
}

function startShare({ from, step, catalogue, onSoFar }: Share): Promise<Tally> {
  const sql = values.sql === undefined ? [] : ['--sql', String(Math.ceil(Number(values.sql) / step))];
  const args = ['--child', '--from', String(from), '--step', String(step), '--seeds', values.seeds, ...sql];
  // Most of what is made lives shorter than this takes to fill.
  const child = fork(new URL(import.meta.url), args, { execArgv: [...process.execArgv, '--max-semi-space-size=64'] });
  child.send(catalogue);
  return new Promise((resolve, reject) => {
    child.on('message', (message) => {
      const news = message as News;
      if ('whole' in news) resolve(news.whole);
      else onSoFar(news.soFar);
    });
    child.once('exit', (code) => reject(new Error(`a share of the seeds ended early (${code})`)));
  });
}

const tellEveryMs = 60_000;

async function runAll(): Promise<void> {
  const startedAt = performance.now();
  const seconds = () => Math.round((performance.now() - startedAt) / 1000);
  const shares = availableParallelism();
  const soFar = Array.from({ length: shares }, nothing);
  const telling = setInterval(() => {
    const { seeds, calls, broken } = sumOf(soFar);
    console.log(`${seconds()} s: ${seeds} seeds, ${calls} calls, ${broken.length} broken`);
  }, tellEveryMs);
  const catalogue = await readCatalogue();
  const run = soFar.map((_, at) => {
    const onSoFar = (tally: Tally) => {
      soFar[at] = tally;
    };
    return startShare({ from: Number(values.from) + at, step: shares, catalogue, onSoFar });
  });
  const tally = sumOf(await Promise.all(run));
  clearInterval(telling);
  const { faults, broken, ...figures } = tally;
  console.table(faults);
  console.table({ ...figures, seconds: seconds(), broken: broken.length });
  for (const { seed, law } of broken) console.log(`✗ ${law}\n  npm run simulation -- --seed ${seed}`);
  process.exitCode = broken.length === 0 ? 0 : 1;
}

/** One seed, with what led to the end of it, made as small as it still breaks. */
async function showSeed(seed: number): Promise<void> {
  const shapes = toShapes(await readCatalogue());
  const result = await runSeed(seed, { shapes });
  console.log(`${result.calls} calls, ${result.events} events, ${result.digest}`);
  if (!result.broken) return console.log('every law was kept');
  const { swarm, result: smallest } = await shrinkSeed(seed, { shapes });
  console.log(smallest.tail.join('\n'));
  console.log(swarm);
  console.log(`✗ ${smallest.broken?.message}`);
  process.exitCode = 1;
}

async function showPlantedBugs(most: number): Promise<void> {
  const shapes = toShapes(await readCatalogue());
  const found: Found[] = [];
  const bugs = Object.keys(plantedBugs).filter((bug) => bug.includes(values.only));
  for (const bug of bugs) found.push(await findPlantedBug(bug, { shapes, most }));
  console.table(found);
  process.exitCode = found.every(({ seeds }) => seeds !== null) ? 0 : 1;
}

/** The same seed gives the same history, byte for byte. */
async function showTwice(seeds: number): Promise<void> {
  const shapes = toShapes(await readCatalogue());
  const differing: number[] = [];
  for (let seed = 1; seed <= seeds; seed += 1) {
    const [first, second] = [await runSeed(seed, { shapes }), await runSeed(seed, { shapes })];
    if (first.digest !== second.digest) differing.push(seed);
  }
  console.table({ seeds, differing: differing.length });
  for (const seed of differing.slice(0, 20)) console.log(`✗ the seed ${seed} gives two histories`);
  process.exitCode = differing.length === 0 ? 0 : 1;
}

async function showCalendar(samples: number): Promise<void> {
  const { wrong, ...figures } = await checkCalendar(samples, 1);
  console.table({ ...figures, wrong: wrong.length });
  for (const line of wrong.slice(0, 20)) console.log(`✗ ${line}`);
  process.exitCode = wrong.length === 0 ? 0 : 1;
}

const runOwnShare = () => (values.sql === undefined ? runShare() : runShareOnBoth(Number(values.sql)));

if (values.child) process.send?.({ whole: await runOwnShare() }, () => process.exit(0));
else if (values.planted !== undefined) await showPlantedBugs(Number(values.planted));
else if (values.calendar !== undefined) await showCalendar(Number(values.calendar));
else if (values.twice !== undefined) await showTwice(Number(values.twice));
else if (values.seed !== undefined) await showSeed(Number(values.seed));
else await runAll();
