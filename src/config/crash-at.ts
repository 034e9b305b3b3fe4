/**
 * Reads what only tests of crashes set. `CRASH_AT`: `NAME#N` ends this process with SIGKILL when the point NAME is
 * reached for the Nth time, `NAME#N stop` stops it there (SIGSTOP) until somebody continues it, and `tell` writes every point that is
 * reached to the standard error. `ERASE_AFTER_MS`: how soon a person is forgotten.
 */
import { writeSync } from 'node:fs';

const armedPoint = /^(?<name>.+)#(?<times>\d+)(?<stops> stop)?$/;
const standardError = 2;

/** What to call at every point; null when nothing is armed. */
export function readCrashAt(crashAt = process.env.CRASH_AT): ((point: string) => void) | null {
  if (crashAt === undefined || crashAt === '') return null;
  if (crashAt === 'tell') return (point) => void writeSync(standardError, `crash point: ${point}\n`);
  const armed = armedPoint.exec(crashAt)?.groups;
  if (!armed) throw new Error(`CRASH_AT must be NAME#N, NAME#N stop or tell; it is ${crashAt}`);
  const signal = armed.stops === undefined ? 'SIGKILL' : 'SIGSTOP';
  let left = Number(armed.times);
  return (point) => {
    if (point !== armed.name) return;
    left -= 1;
    if (left === 0) process.kill(process.pid, signal);
  };
}

/** The times of the eraser, all of them so short; null when the usual ones hold. */
export function readErasingTimes(
  after = process.env.ERASE_AFTER_MS,
): Record<'everyMs' | 'settledMs' | 'countedMs', number> | null {
  if (after === undefined || after === '') return null;
  if (!/^\d{1,8}$/.test(after)) throw new Error(`ERASE_AFTER_MS must be a number of milliseconds; it is ${after}`);
  const ms = Number(after);
  return { everyMs: ms, settledMs: ms, countedMs: ms };
}
