/** Feeds the parsers of what comes from outside with nonsense, and says how to see each find again. */

import type { FuzzTarget } from './fuzz-target.ts';
import { createMutator } from './mutate.ts';
import { fuzzTargets, isRefusal } from './targets.ts';

export interface FuzzOptions {
  /** Of all targets together. */
  inputs: number;
  seed: number;
  /** One target, by its name. */
  only?: string | undefined;
  /** One input of it, by its number. */
  at?: number | undefined;
  /** Every how many-th input is fed here, and which of them: for work that is shared. */
  share?: { of: number; which: number } | undefined;
  /** Told now and then where it is. */
  onProgress?(target: string, index: number): void;
}

export interface Find {
  target: string;
  index: number;
  what: string;
  input: string;
}

export interface FuzzFigures {
  /** Inputs by target, and how many of them were taken for good. */
  targets: Record<string, { inputs: number; taken: number; slowestMs: number }>;
  finds: Find[];
}

const mostFinds = 20;
/** Longer than this is a hang; measured again before it counts, for the machine may have been busy. */
const longestMs = 100;
const progressEvery = 500;

export async function fuzzParsers(options: FuzzOptions): Promise<FuzzFigures> {
  const chosen = fuzzTargets.filter(({ name }) => options.only === undefined || name === options.only);
  if (chosen.length === 0)
    throw new Error(`there is no target ${options.only}; there are ${fuzzTargets.map(({ name }) => name).join(', ')}`);
  const weights = chosen.reduce((sum, { weight }) => sum + weight, 0);
  const figures: FuzzFigures = { targets: {}, finds: [] };
  for (const target of chosen) {
    const inputs = Math.ceil((options.inputs * target.weight) / weights);
    await fuzzOne(target, { ...options, inputs }, figures);
  }
  return figures;
}

async function fuzzOne(target: FuzzTarget, options: FuzzOptions, figures: FuzzFigures): Promise<void> {
  const { seed, at, inputs, share = { of: 1, which: 0 } } = options;
  const mutator = createMutator({ seed, corpus: target.corpus });
  const row = { inputs: 0, taken: 0, slowestMs: 0 };
  figures.targets[target.name] = row;
  const [first, last] = at === undefined ? [share.which, inputs] : [at, at + 1];
  for (let index = first; index < last; index += at === undefined ? share.of : 1) {
    if (row.inputs % progressEvery === 0) options.onProgress?.(target.name, index);
    const input = mutator.inputOf(index);
    const fed = await feed(target, input, index);
    row.inputs += 1;
    if (fed.isTaken) row.taken += 1;
    row.slowestMs = Math.max(row.slowestMs, fed.ms);
    if (fed.what !== null && figures.finds.length < mostFinds) {
      figures.finds.push({ target: target.name, index, what: fed.what, input });
    }
  }
}

interface Fed {
  isTaken: boolean;
  ms: number;
  what: string | null;
}

async function feed(target: FuzzTarget, input: string, seed: number): Promise<Fed> {
  let fed = await feedOnce(target, input, seed);
  for (let again = 0; again < 3 && fed.ms > longestMs && fed.what === null; again += 1) {
    fed = await feedOnce(target, input, seed);
  }
  return fed.ms > longestMs && fed.what === null ? { ...fed, what: `took ${Math.round(fed.ms)} ms` } : fed;
}

async function feedOnce(target: FuzzTarget, input: string, seed: number): Promise<Fed> {
  const startedAt = performance.now();
  try {
    const result = target.feed(input, seed);
    if (result instanceof Promise) await result;
    return { isTaken: true, ms: performance.now() - startedAt, what: null };
  } catch (error) {
    const ms = performance.now() - startedAt;
    if (isRefusal(error)) return { isTaken: false, ms, what: null };
    return { isTaken: false, ms, what: error instanceof Error ? `${error.name}: ${error.message}` : String(error) };
  }
}

/** One line that shows a find again. */
export const toRepro = (seed: number, { target, index }: Find) =>
  `npm run fuzz -- --seed ${seed} --only ${target} --at ${index}`;
