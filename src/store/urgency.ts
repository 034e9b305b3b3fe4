/** Who waits for the work that runs now, so that the embedded database's one connection goes to them first. */
import { AsyncLocalStorage } from 'node:async_hooks';

/** Most urgent first: the carrier with a person on its line, whoever sent a request, nobody. */
export const urgencies = ['carrier', 'request', 'background'] as const;

export type Urgency = (typeof urgencies)[number];

/** What somebody waits for; once it is done, what was begun for it and still goes on is in the background. */
interface Awaited {
  urgency: Urgency;
  isDone: boolean;
}

const awaited = new AsyncLocalStorage<Awaited>();

export function urgencyNow(): Urgency {
  const work = awaited.getStore();
  return work === undefined || work.isDone ? 'background' : work.urgency;
}

/** Runs work until whose end somebody waits. */
export async function whileAwaited<T>(urgency: Urgency, work: () => Promise<T>): Promise<T> {
  const inside: Awaited = { urgency, isDone: false };
  try {
    return await awaited.run(inside, work);
  } finally {
    inside.isDone = true;
  }
}

/** Runs what nobody waits for, whoever began it. */
export const inBackground = <T>(work: () => T): T => awaited.exit(work);
