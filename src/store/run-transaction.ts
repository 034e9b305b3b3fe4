/** Runs work in a transaction: again when the database says it collided with another, never for ever. */
import type { AsyncLocalStorage } from 'node:async_hooks';
import type { Kysely, Transaction } from 'kysely';
import { type Clock, waitFor } from '../base/clock.ts';
import { CallwrightError } from '../base/errors.ts';
import type { Random } from '../base/random.ts';
import { isStalePlan, sqlStateOf } from './sql-errors.ts';

const mostRetries = 5;
const longestTransactionMs = 30_000;
const serializationFailure = '40001';
const deadlockDetected = '40P01';

/** Whether the code that runs now was started by a transaction's work, and whether that is still going on. */
export type TransactionScope = AsyncLocalStorage<{ isOpen: boolean }>;

interface TransactionParts<Database> {
  db: Kysely<Database>;
  clock: Clock;
  random: Random;
  scope: TransactionScope;
}

/** Thrown by a transaction's work that finds what it read overtaken by another: all of it runs again. */
export class TransactionOvertaken extends CallwrightError {
  constructor(message: string) {
    super('store/transaction-overtaken', message);
  }
}

function collided(error: unknown): boolean {
  if (error instanceof TransactionOvertaken) return true;
  if (isStalePlan(error)) return true;
  const state = sqlStateOf(error);
  return state === serializationFailure || state === deadlockDetected;
}

/** The work's result, or an error when it takes too long: on the embedded database everybody waits for it. */
async function within<T>(clock: Clock, work: Promise<T>): Promise<T> {
  const limit = Promise.withResolvers<never>();
  const cancel = clock.startTimer(longestTransactionMs, () => {
    const seconds = longestTransactionMs / 1000;
    limit.reject(new CallwrightError('store/transaction-too-long', `A transaction took longer than ${seconds} s.`));
  });
  try {
    return await Promise.race([work, limit.promise]);
  } finally {
    cancel();
  }
}

async function runOnce<Database, T>(
  parts: TransactionParts<Database>,
  work: (tx: Transaction<Database>) => Promise<T>,
): Promise<T> {
  const inside = { isOpen: true };
  try {
    return await parts.db.transaction().execute((tx) => parts.scope.run(inside, () => within(parts.clock, work(tx))));
  } finally {
    inside.isOpen = false;
  }
}

/**
 * Runs `work` in a transaction and gives its result; after a deadlock, a serialization failure, a change of the tables
 * or a `TransactionOvertaken` the whole of it runs again, up to 5 times, so it must not do anything but query.
 */
export async function runTransaction<Database, T>(
  parts: TransactionParts<Database>,
  work: (tx: Transaction<Database>) => Promise<T>,
): Promise<T> {
  for (let retry = 0; ; retry += 1) {
    try {
      return await runOnce(parts, work);
    } catch (error) {
      if (retry === mostRetries || !collided(error)) throw error;
    }
    await waitFor(parts.clock, 10 * 2 ** retry * (0.5 + parts.random.fraction()));
  }
}
