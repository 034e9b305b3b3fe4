/** Proof: a call of four hours, talked all the time, takes no more memory at its end than after its first half hour. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Engine } from '../../src/assistant/assistant.ts';
import { createSeededRandom } from '../../src/base/random.ts';
import type { MemoryRecord } from '../../src/call/testing/memory-record.ts';
import { impatientPerson, longAnswer } from './agreement.ts';
import { startVirtualCall } from './virtual-call.ts';

const minuteMs = 60_000;

/** A store that keeps nothing here, as a database would not. */
const nothingKept: MemoryRecord = {
  ...{ events: [], entries: [], usage: [], turns: () => [], toolCalls: () => [], saveTurn() {}, saveToolCall() {} },
  ...{ announce() {}, log() {}, used() {} },
  flushed: () => Promise.resolve(),
};

export interface LongCall {
  grownBytes: number;
  heardWords: number;
  /** Vendors' sessions that the call had. */
  sessions: number;
  failures: string[];
  ending: string | null;
  left: { timers: number; sockets: number };
  oddities: number;
}

export async function holdLongCall(
  engine: Engine,
  { seed, hours, warmUpMinutes = 30 }: { seed: number; hours: number; warmUpMinutes?: number },
): Promise<LongCall> {
  const random = createSeededRandom(seed);
  const lastMs = hours * 60 * minuteMs;
  const call = await startVirtualCall({
    ...{ seed, engines: [engine], record: nothingKept },
    person: impatientPerson(random, hours * 700),
    answer: (_said, count) => longAnswer(random, count),
    greeting: 'Good morning.',
    assistant: { max_duration_seconds: lastMs / 1000 },
    agentMaxDurationMs: lastMs + minuteMs,
  });
  let heardWords = 0;
  const truth = call.truth();
  /** The simulator's own notes are not the product's memory. */
  const forget = () => {
    heardWords += truth.heardWords.length;
    truth.heardWords.length = 0;
    truth.heard.length = 0;
    truth.said.length = 0;
    truth.relayFrames.length = 0;
    for (const { messages } of truth.streams) messages.length = 0;
  };
  const runFor = async (ms: number) => {
    for (let left = ms; left > 0; left -= minuteMs) {
      await call.time.run(Math.min(left, minuteMs));
      forget();
    }
  };
  await runFor(warmUpMinutes * minuteMs);
  const before = await measureHeap();
  await runFor(lastMs - warmUpMinutes * minuteMs - minuteMs);
  const grownBytes = (await measureHeap()) - before;
  await call.finish(5 * minuteMs);
  return {
    ...{ grownBytes, heardWords, failures: call.counts.failures, ending: call.ending()?.reason ?? null },
    sessions: call.box.sessions().length,
    left: await call.leftOver(),
    oddities: truth.errors.length,
  };
}

async function measureHeap(): Promise<number> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  for (let round = 0; round < 3; round += 1) {
    collect();
    await new Promise((resolve) => setImmediate(resolve));
  }
  const { heapUsed, arrayBuffers, external } = process.memoryUsage();
  return heapUsed + arrayBuffers + external;
}
