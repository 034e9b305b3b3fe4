/** All migrations in their order; a released one is never changed, only followed by another. */
import type { Migration } from 'kysely/migration';
import { calls } from './0001-calls.ts';
import { accounts } from './0002-accounts.ts';
import { dialPolicy } from './0003-dial-policy.ts';

export const migrations: Record<string, Migration> = {
  '0001-calls': calls,
  '0002-accounts': accounts,
  '0003-dial-policy': dialPolicy,
};
