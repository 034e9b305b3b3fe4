/** Kills the server at one point after another of its work, starts it again at once, and judges what is left at the end. */
import { systemClock, waitFor } from '../../src/base/clock.ts';
import { flows, setUp } from './flows.ts';
import { judge, type Verdict } from './judge.ts';
import { orderTargets, type Target } from './order-targets.ts';
import type { Receiver, ServerProcess } from './processes.ts';
import type { Station } from './station.ts';

export interface SweepResult extends Verdict {
  kills: Target[];
  /** Targets that were not reached. */
  missed: Target[];
  slowestReadyMs: number;
}

/** A point that is not reached in this time will not be. */
const longestFlowMs = 20_000;
const mostTimes = 4;

async function untilReady(server: ServerProcess): Promise<number> {
  const ms = await server.readyMs;
  if (ms === null) throw new Error(`the server does not start: ${server.errors.join('\n')}`);
  return ms;
}

async function kill(server: ServerProcess): Promise<void> {
  server.child.kill('SIGKILL');
  await server.ended;
}

/** A first life in which what has to be there once is made. */
export async function setUpOnce(station: Station, receiver: Receiver): Promise<void> {
  const server = station.start();
  await untilReady(server);
  await setUp(station, receiver.url);
  await kill(server);
}

/** Which points each flow passes, and how often, in the order of `orderTargets`; what the server does by itself counts for the flow meanwhile. */
export async function findTargets(station: Station, receiver: Receiver): Promise<Target[]> {
  const server = station.start('tell');
  await untilReady(server);
  await setUp(station, receiver.url);
  const targets: Target[] = [...count(server.points, 'start')];
  for (const [flow, run] of Object.entries(flows)) {
    const from = server.points.length;
    await run(station, isGone(server));
    // What follows a call by itself, such as its webhooks.
    await waitFor(systemClock, 2500);
    targets.push(...count(server.points.slice(from), flow));
  }
  await kill(server);
  return orderTargets(targets);
}

function count(points: readonly string[], flow: string): Target[] {
  const times = new Map<string, number>();
  for (const point of points) times.set(point, (times.get(point) ?? 0) + 1);
  return [...times].flatMap(([point, all]) =>
    Array.from({ length: Math.min(all, flow === 'start' ? 1 : mostTimes) }, (_, at) => ({
      flow,
      point,
      times: at + 1,
    })),
  );
}

/** Says whether the server is gone, or the flow has had its time. */
function isGone(server: ServerProcess): () => boolean {
  const startedMs = systemClock.monotonicMs();
  return () => server.isOver() || systemClock.monotonicMs() - startedMs > longestFlowMs;
}

/** One life: started armed, given work, dead. */
async function live(station: Station, { flow, point, times }: Target) {
  const server = station.start(`${point}#${times}`);
  const readyMs = await server.readyMs;
  if (readyMs !== null) {
    await flows[flow]?.(station, isGone(server)).catch((error: unknown) => {
      if (!server.isOver()) throw error;
    });
    for (let looks = 0; looks < 30 && !server.isOver(); looks += 1) await waitFor(systemClock, 100);
  }
  const wasReached = server.isOver() && (await server.ended).signal === 'SIGKILL';
  if (server.isOver() && !wasReached) throw new Error(`${point}: the server ended itself: ${server.errors.join('\n')}`);
  if (!server.isOver()) await kill(server);
  return { wasReached, readyMs: readyMs ?? 0 };
}

export interface SweepOptions {
  station: Station;
  receiver: Receiver;
  targets: Iterable<Target>;
  /** How long everything may take to come to its end after the last kill. */
  longestRestMs: number;
  told?(line: string): void;
}

export async function sweep(options: SweepOptions): Promise<SweepResult> {
  const { station, receiver, targets, longestRestMs, told = () => {} } = options;
  const kills: Target[] = [];
  const missed: Target[] = [];
  let slowestReadyMs = 0;
  for (const target of targets) {
    const { wasReached, readyMs } = await live(station, target);
    (wasReached ? kills : missed).push(target);
    slowestReadyMs = Math.max(slowestReadyMs, readyMs);
    told(`${wasReached ? '✓' : '–'} ${target.flow}: ${target.point}#${target.times} (${Math.round(readyMs)} ms)`);
  }
  const server = station.start();
  slowestReadyMs = Math.max(slowestReadyMs, await untilReady(server));
  for (const wish of station.wishes) await station.wish(wish);
  const verdict = await judge(station, receiver, longestRestMs);
  await kill(server);
  return { ...verdict, kills, missed, slowestReadyMs };
}
