/** Virtual time: what is to happen, in order; after each event everything that waits only for promises goes on first. */

export interface Scheduler {
  /** Virtual milliseconds since 1970. */
  nowMs(): number;
  /** Lets `work` happen `afterMs` from now; the returned function takes it back. */
  at(afterMs: number, work: () => void): () => void;
  /** Runs what falls due until that moment, or until `isDone` says so after an event; gives the number of events. */
  runUntil(untilMs: number, isDone?: () => boolean): Promise<number>;
}

interface Entry {
  atMs: number;
  seq: number;
  work: (() => void) | null;
}

const isBefore = (a: Entry, b: Entry) => a.atMs < b.atMs || (a.atMs === b.atMs && a.seq < b.seq);

/** A binary heap: the earliest first, and of the same moment whoever came first. */
class Heap {
  readonly #entries: Entry[] = [];

  get first(): Entry | undefined {
    return this.#entries[0];
  }

  push(entry: Entry): void {
    const entries = this.#entries;
    let at = entries.length;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = entries[parent] as Entry;
      if (!isBefore(entry, above)) break;
      entries[at] = above;
      at = parent;
    }
    entries[at] = entry;
  }

  pop(): void {
    const entries = this.#entries;
    const last = entries.pop();
    if (!last || entries.length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= entries.length) break;
      if (child + 1 < entries.length && isBefore(entries[child + 1] as Entry, entries[child] as Entry)) child += 1;
      if (!isBefore(entries[child] as Entry, last)) break;
      entries[at] = entries[child] as Entry;
      at = child;
    }
    entries[at] = last;
  }
}

/** Taken before the simulation forbids them to everybody else. */
const afterEverything = setImmediate;
/** Called when no promise is left that could go on; much quicker than a round of the loop of events. */
const afterPromises = process.nextTick;
/** So often the loop of events has its turn, in which memory is tidied up. */
const eventsPerRound = 1000;

export function createScheduler(startMs: number, settled: (() => Promise<boolean>) | null): Scheduler {
  const heap = new Heap();
  let nowMs = startMs;
  let seq = 0;
  let drained = 0;
  const drain = async () => {
    drained += 1;
    if (!settled && drained % eventsPerRound > 0) return await new Promise<void>((resolve) => afterPromises(resolve));
    do await new Promise<void>((resolve) => afterEverything(resolve));
    while (settled && (await settled()));
  };
  return {
    nowMs: () => nowMs,
    at(afterMs, work) {
      seq += 1;
      const entry: Entry = { atMs: nowMs + Math.max(afterMs, 0), seq, work };
      heap.push(entry);
      return () => {
        entry.work = null;
      };
    },
    async runUntil(untilMs, isDone) {
      let events = 0;
      await drain();
      for (let next = heap.first; next && next.atMs <= untilMs; next = heap.first) {
        heap.pop();
        if (!next.work) continue;
        nowMs = Math.max(nowMs, next.atMs);
        next.work();
        events += 1;
        await drain();
        if (isDone?.()) return events;
      }
      nowMs = Math.max(nowMs, untilMs);
      return events;
    },
  };
}
