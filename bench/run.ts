/**
 * Measures the server against the targets, with the load in a process of its own and a baseline beside each figure.
 * `npm run bench [-- --quick --json FILE --only ID,ID --rounds N --baselines-only]`; BENCH_DATABASE_URL names a Postgres server,
 * and BENCH_NODE_OPTIONS what the measured server's Node is given, for a profile.
 */
import { fork } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { makeFreshDatabase } from './fresh-database.ts';
import { type Line, lines } from './lines.ts';
import type { FromLoad, MeasureName, ToLoad } from './load/load-process.ts';
import type { MeasureOptions, Outcome } from './load/scene.ts';
import { atOnce } from './load/vendor-face.ts';
import { type LineResult, median, type Report, toTable, toVerdict } from './report.ts';
import { type Program, pinTo, type StartedServer, startServer } from './start-server.ts';

interface Measured {
  outcome: Outcome;
  stalls: number;
}

interface Job {
  program: Program;
  name: MeasureName;
  options: MeasureOptions;
  databaseUrl: string | null;
}

/** Longer than any measurement takes. */
const longestJobMs = 5 * 60_000;

/** One measurement with a fresh load process and a fresh server; a string says why there is no figure. */
async function runJob(job: Job): Promise<Measured | string> {
  const database = job.databaseUrl === null ? null : await makeFreshDatabase(job.databaseUrl);
  const [command, ...args] = pinTo(availableParallelism() > 1 ? 1 : 0);
  const child = fork(join(import.meta.dirname, 'load/load-process.ts'), [], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    ...(command === undefined ? {} : { execPath: command, execArgv: [...args, process.execPath] }),
  });
  const say = (message: ToLoad) => child.send(message);
  let server: StartedServer | null = null;
  try {
    return await new Promise((resolve, reject) => {
      setTimeout(() => reject(new Error(`${job.name} took too long`)), longestJobMs).unref();
      const begin = async (url: string) => {
        server = await startServer(job.program, { url }, database?.url ?? null);
        const { operatorKey } = server;
        say({ type: 'measure', name: job.name, server: { url: server.url, operatorKey }, options: job.options });
      };
      child.on('message', (message: FromLoad) => {
        if (message.type === 'ready') begin(message.url).catch(reject);
        if (message.type === 'look' && server) say({ type: 'used', used: server.used() });
        if (message.type === 'outcome') resolve({ outcome: message.outcome, stalls: message.stalls.count });
        if (message.type === 'not-yet') resolve(message.why);
        if (message.type === 'failed') resolve(`failed: ${message.reason}`);
      });
      child.once('exit', (code) => reject(new Error(`the load ended with ${code}`)));
    });
  } catch (error) {
    return `failed: ${error instanceof Error ? error.message : error}`;
  } finally {
    child.kill('SIGKILL');
    await (server as StartedServer | null)?.stop();
    await database?.drop();
  }
}

const usual: MeasureOptions = {
  ...{ calls: 1, seconds: 10, perSecond: 10, delays: atOnce },
  ...{ isBaseline: false, eager: false },
};

interface Mode {
  quick: boolean;
  rounds: number;
  /** Shows what the machine and the load itself can do. */
  baselinesOnly: boolean;
  postgresUrl: string | null;
}

/** Lines that look at the same measurement share it. */
const done = new Map<string, Promise<Measured | string>>();

function measureOnce(job: Job, round: number): Promise<Measured | string> {
  const key = JSON.stringify({ ...job, round });
  const running = done.get(key) ?? runJob(job);
  done.set(key, running);
  return running;
}

/** Why a line cannot be measured in this run; null when it can. */
function whyNot({ measure, fullOnly, store }: Line, mode: Mode): string | null {
  if ('notYet' in measure) return measure.notYet;
  if (fullOnly && mode.quick) return 'only in a full run';
  const lacksStore = store === 'postgres' && mode.postgresUrl === null;
  return lacksStore ? 'BENCH_DATABASE_URL names no Postgres server' : null;
}

/** The product, and the baseline right after it, so that both meet the same machine. */
async function runRound(line: Line, mode: Mode, round: number) {
  if ('notYet' in line.measure) return { ours: line.measure.notYet, beside: null };
  const { name } = line.measure;
  const options = { ...usual, ...line.measure.options };
  if (mode.quick) options.seconds = Math.min(options.seconds, 3);
  const job = { name, options, databaseUrl: line.store === 'postgres' ? mode.postgresUrl : null };
  const measureBaseline = (program: Program) =>
    measureOnce({ ...job, program, options: { ...options, isBaseline: true } }, round);
  if (mode.baselinesOnly) {
    return { ours: line.baseline ? await measureBaseline(line.baseline) : 'there is no baseline', beside: null };
  }
  const ours = await measureOnce({ ...job, program: 'callwright' }, round);
  // Short of time, a baseline is only measured where the target counts from it.
  const isNeeded = !mode.quick || line.limit(1) !== line.limit(2);
  if (typeof ours === 'string' || line.baseline === null || !isNeeded) return { ours, beside: null };
  return { ours, beside: await measureBaseline(line.baseline) };
}

async function runLine(line: Line, mode: Mode): Promise<LineResult> {
  const { id, figure, target } = line;
  const none = { id, figure, target, value: null, baseline: null, limit: null, rounds: [] };
  const skip = (why: string): LineResult => ({ ...none, verdict: 'not measured', note: why });
  const why = whyNot(line, mode);
  if (why !== null) return skip(why);
  const rounds: LineResult['rounds'] = [];
  let note = '';
  for (let round = 0; round < mode.rounds; round += 1) {
    const { ours, beside } = await runRound(line, mode, round);
    if (typeof ours === 'string') return skip(ours);
    const baseline = beside === null || typeof beside === 'string' ? null : line.read(beside.outcome);
    rounds.push({ value: line.read(ours.outcome), baseline, stalls: ours.stalls, loadAverage: loadavg()[0] ?? 0 });
    const ofBaseline = typeof beside === 'string' ? beside : beside && line.note?.(beside.outcome);
    const details = [line.note?.(ours.outcome), `the load stood still ${ours.stalls} times`];
    note = [...details, ofBaseline && `baseline: ${ofBaseline}`].filter(Boolean).join('; ');
  }
  const value = median(rounds.map((round) => round.value));
  const baseline = median(rounds.map((round) => round.baseline));
  const limit = line.limit(baseline);
  return { ...none, value, baseline, limit, rounds, verdict: toVerdict(value, limit, line.moreIsBetter), note };
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      json: { type: 'string' },
      only: { type: 'string' },
      rounds: { type: 'string' },
      'baselines-only': { type: 'boolean', default: false },
    },
  });
  const mode: Mode = {
    quick: values.quick,
    rounds: Number(values.rounds ?? (values.quick ? 1 : 3)),
    baselinesOnly: values['baselines-only'],
    postgresUrl: process.env.BENCH_DATABASE_URL ?? null,
  };
  const wanted = values.only?.split(',');
  const chosen = lines.filter((line) => !wanted || wanted.some((id) => line.id.startsWith(id)));
  const results: LineResult[] = [];
  for (const line of chosen) {
    const result = await runLine(line, mode);
    console.error(`${result.id}: ${result.value ?? '–'} (${result.verdict})`);
    results.push(result);
  }
  const report: Report = {
    at: new Date().toISOString(),
    machine: {
      ...{ cores: availableParallelism(), model: cpus()[0]?.model ?? '', node: process.versions.node },
      loadAverage: loadavg()[0] ?? 0,
    },
    mode: values.quick ? 'quick' : 'full',
    lines: results,
  };
  console.log(toTable(report));
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(report, null, 2)}\n`);
  // A figure that could not be taken because something broke is a failure; a missed target is a figure.
  process.exitCode = results.some((result) => result.note.startsWith('failed:')) ? 1 : 0;
}

await main();
