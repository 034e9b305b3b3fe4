/**
 * Runs every proof of spoken conversations in full, in virtual time, and ends with 1 on any miss.
 * `npm run test:voices [-- agreement|faults|barge-ins|four-hours] [--engine cascade] [--seed 1] [--case "cascade stt stall thinking 1"] [--scale 0.1]`
 */
import { parseArgs } from 'node:util';
import { engines as allEngines } from '../src/assistant/assistant.ts';
import { proveAgreement } from '../tests/voices/agreement.ts';
import { countBargeIns } from '../tests/voices/barge-ins.ts';
import { allFaultCases, nameOfCase, proveFault } from '../tests/voices/faults.ts';
import { holdLongCall } from '../tests/voices/four-hours.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    engine: { type: 'string' },
    seed: { type: 'string' },
    case: { type: 'string' },
    scale: { type: 'string', default: '1' },
  },
});
const scale = Number(values.scale);
const scaled = (full: number) => Math.max(Math.ceil(full * scale), 1);
const firstSeed = Number(values.seed ?? 1);
const engines = allEngines.filter((engine) => values.engine === undefined || values.engine === engine);
const mostGrownBytes = 10_000_000;
const again = 'npm run test:voices --';

interface Found {
  figures: string;
  /** Each with what brings it back. */
  misses: string[];
}

async function agreement(): Promise<Found> {
  const found: Found = { figures: '', misses: [] };
  for (const engine of engines) {
    let [interruptions, words, silenceMs] = [0, 0, 0];
    for (let seed = firstSeed; interruptions < scaled(200); seed += 1) {
      const proved = await proveAgreement(engine, { seed, interruptions: 25 });
      interruptions += Math.max(proved.interruptions, 1);
      words += proved.words;
      silenceMs = Math.max(silenceMs, proved.longestSilenceMs);
      const line = `${again} agreement --engine ${engine} --seed ${seed}`;
      found.misses.push(...proved.troubles.map((trouble) => `${line}: ${trouble}`));
      if (values.seed !== undefined) break;
    }
    found.figures += `\n  ${engine}: ${interruptions} interruptions, ${words} words heard, longest silence ${silenceMs} ms`;
  }
  return found;
}

async function faults(): Promise<Found> {
  const seeds = values.seed === undefined ? [1, 2, 3].slice(0, scaled(3)) : [firstSeed];
  const isWanted = (name: string) => values.case === undefined || values.case === name;
  const cases = allFaultCases(seeds).filter((one) => isWanted(nameOfCase(one)) && engines.includes(one.engine));
  const found: Found = { figures: '', misses: [] };
  const worst = new Map<string, number>();
  for (const one of cases) {
    const { troubles, silenceMs } = await proveFault(one);
    worst.set(one.kind, Math.max(worst.get(one.kind) ?? 0, silenceMs));
    const line = `${again} faults --case "${nameOfCase(one)}"`;
    found.misses.push(...troubles.map((trouble) => `${line}: ${trouble}`));
  }
  found.figures = `${cases.length} calls; longest silences: ${[...worst].map(([kind, ms]) => `${kind} ${ms} ms`).join(', ')}`;
  return found;
}

async function bargeIns(): Promise<Found> {
  const { interruptions, troubles } = await countBargeIns({ least: scaled(10_000), firstSeed: firstSeed + 1000 });
  return { figures: `${interruptions} barge-ins`, misses: troubles };
}

async function fourHours(): Promise<Found> {
  const found: Found = { figures: '', misses: [] };
  for (const engine of engines) {
    const long = await holdLongCall(engine, { seed: firstSeed, hours: Math.max(4 * scale, 1) });
    const { grownBytes, heardWords, sessions, left, oddities, ending } = long;
    found.figures += `\n  ${engine}: grown by ${(grownBytes / 1e6).toFixed(1)} MB, ${heardWords} words heard, ${sessions} sessions, ended as ${ending}`;
    if (grownBytes > mostGrownBytes)
      found.misses.push(`${again} four-hours --engine ${engine}: grown by ${grownBytes}`);
    if (left.timers + left.sockets + oddities > 0) {
      found.misses.push(`${again} four-hours --engine ${engine}: ${JSON.stringify({ left, oddities })}`);
    }
  }
  return found;
}

const proofs = { agreement, faults, 'barge-ins': bargeIns, 'four-hours': fourHours };
let misses = 0;
for (const [name, prove] of Object.entries(proofs)) {
  if (positionals.length > 0 && !positionals.includes(name)) continue;
  const startedAt = performance.now();
  const found = await prove();
  console.log(`${name}: ${found.figures} (${Math.round((performance.now() - startedAt) / 1000)} s)`);
  for (const miss of found.misses) console.log(`✗ ${miss}`);
  misses += found.misses.length;
}
process.exitCode = misses > 0 ? 1 : 0;
