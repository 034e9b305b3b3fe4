/**
 * Feeds every parser of what comes from outside with nonsense, on all cores; ends with 1 on any find.
 * `npm run fuzz [-- --inputs N --seed S --only target --at number]`
 */

import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { type FuzzFigures, type FuzzOptions, fuzzParsers, toRepro } from '../tests/fuzz/fuzz-parsers.ts';

type Message = { progress: { target: string; index: number } } | { figures: FuzzFigures };

/** A worker that says nothing for so long hangs in the input that it spoke of last, or soon after. */
const longestSilenceMs = 30_000;

function runShare(options: FuzzOptions): Promise<FuzzFigures> {
  return new Promise((resolve) => {
    const worker = new Worker(new URL(import.meta.url), { workerData: options });
    let last = { target: options.only ?? '?', index: 0 };
    const fail = (what: string) => {
      clearTimeout(silence);
      void worker.terminate();
      resolve({ targets: {}, finds: [{ ...last, what, input: '' }] });
    };
    const listen = () =>
      setTimeout(() => fail('no word from this input or one of the next: it hangs'), longestSilenceMs);
    let silence = listen();
    worker.on('message', (message: Message) => {
      clearTimeout(silence);
      if ('figures' in message) return resolve(message.figures);
      last = message.progress;
      silence = listen();
    });
    worker.on('error', (error) => fail(`the process would have ended: ${error}`));
    worker.on('exit', (code) => code !== 0 && fail(`the thread ended with ${code}`));
  });
}

function join(parts: readonly FuzzFigures[]): FuzzFigures {
  const whole: FuzzFigures = { targets: {}, finds: parts.flatMap(({ finds }) => finds) };
  for (const [name, row] of parts.flatMap(({ targets }) => Object.entries(targets))) {
    const sum = whole.targets[name] ?? { inputs: 0, taken: 0, slowestMs: 0 };
    whole.targets[name] = {
      inputs: sum.inputs + row.inputs,
      taken: sum.taken + row.taken,
      slowestMs: Math.max(sum.slowestMs, Math.ceil(row.slowestMs)),
    };
  }
  return whole;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      inputs: { type: 'string', default: '5000000' },
      seed: { type: 'string', default: '1' },
      only: { type: 'string' },
      at: { type: 'string' },
    },
  });
  const options: FuzzOptions = { inputs: Number(values.inputs), seed: Number(values.seed), only: values.only };
  const startedAt = performance.now();
  const figures =
    values.at === undefined ? await fuzzOnAllCores(options) : await fuzzParsers({ ...options, at: Number(values.at) });
  console.table(figures.targets);
  for (const find of figures.finds) {
    console.log(
      `✗ ${find.target}: ${find.what}\n  ${JSON.stringify(find.input).slice(0, 300)}\n  ${toRepro(options.seed, find)}`,
    );
  }
  const inputs = Object.values(figures.targets).reduce((sum, row) => sum + row.inputs, 0);
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  console.log(`${inputs} inputs, ${figures.finds.length} finds, ${seconds} s, seed ${options.seed}`);
  process.exitCode = figures.finds.length === 0 ? 0 : 1;
}

async function fuzzOnAllCores(options: FuzzOptions): Promise<FuzzFigures> {
  const cores = availableParallelism();
  const shares = Array.from({ length: cores }, (_, which) => runShare({ ...options, share: { of: cores, which } }));
  return join(await Promise.all(shares));
}

if (isMainThread) await main();
else {
  const onProgress = (target: string, index: number) => parentPort?.postMessage({ progress: { target, index } });
  parentPort?.postMessage({ figures: await fuzzParsers({ ...(workerData as FuzzOptions), onProgress }) });
}
