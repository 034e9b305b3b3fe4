/** How many logins may fail: for an account, from an address and over all, the same whether the account exists. */
import { createHash } from 'node:crypto';
import { isIPv4, isIPv6 } from 'node:net';
import type { Clock } from '../base/clock.ts';
import {
  clearLoginAttempts,
  findOldestOf,
  forgetLoginAttempts,
  insertLoginAttempts,
  lockLoginAttempts,
  takeBackLoginAttempts,
} from '../store/login-attempts.ts';
import type { Store } from '../store/open-store.ts';
import type { Db } from '../store/schema.ts';
import { TooManyLogins } from './refusals.ts';

const windowMs = 15 * 60_000;
const mostOf = { account: 5, address: 20, all: 1000 };

/** A login that counts as failed until it is settled, so that many at once cannot pass for one. */
export interface LoginAttempt {
  keys: { account: string; address: string; all: string };
  at: Date;
}

/**
 * @param from the email address as it was typed, in lower case, and the network address it came from
 * @throws TooManyLogins
 */
export function beginAttempt(
  { store, clock }: { store: Store; clock: Clock },
  from: { email: string; address: string },
): Promise<LoginAttempt> {
  // What was typed may be anything, also a password in the wrong field: only its hash is kept.
  const account = `account:${createHash('sha256').update(from.email).digest('hex')}`;
  const keys = { account, address: `address:${networkOf(from.address)}`, all: 'all' };
  return store.transaction(async (tx) => {
    const nowMs = clock.now();
    const at = new Date(nowMs);
    await lockLoginAttempts(tx);
    await forgetLoginAttempts(tx, new Date(nowMs - windowMs));
    const oldest = [
      await findOldestOf(tx, keys.account, mostOf.account),
      await findOldestOf(tx, keys.address, mostOf.address),
      await findOldestOf(tx, keys.all, mostOf.all),
    ];
    const waitsMs = oldest.map((moment) => (moment ? moment.getTime() + windowMs - nowMs : 0));
    const longestMs = Math.max(...waitsMs);
    if (longestMs > 0) throw new TooManyLogins(Math.ceil(longestMs / 1000));
    await insertLoginAttempts(tx, Object.values(keys), at);
    return { keys, at };
  });
}

/** It was a right one: the account starts anew, and nothing is held against the address. */
export async function settleAttempt(tx: Db, { keys, at }: LoginAttempt): Promise<void> {
  await clearLoginAttempts(tx, keys.account);
  await takeBackLoginAttempts(tx, [keys.address, keys.all], at);
}

/** Nothing was checked, so nothing counts. */
export async function dropAttempt({ store }: { store: Store }, { keys, at }: LoginAttempt): Promise<void> {
  await store.transaction((tx) => takeBackLoginAttempts(tx, Object.values(keys), at));
}

/** One home or office has a whole /64 of IPv6, so that is what counts as one address. */
export function networkOf(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '').replace(/%.*$/, '');
  if (isIPv4(plain)) return plain;
  if (!isIPv6(plain)) return 'unknown';
  const [head = '', tail = ''] = plain.split('::');
  const groups = head === '' ? [] : head.split(':');
  const rest = tail === '' ? 0 : tail.split(':').length;
  const zeros = plain.includes('::') ? Array<string>(Math.max(8 - groups.length - rest, 0)).fill('0') : [];
  const all = [...groups, ...zeros, ...(tail === '' ? [] : tail.split(':'))];
  return `${all
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`;
}
