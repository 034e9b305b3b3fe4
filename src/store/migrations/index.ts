/** All migrations in their order; a released one is never changed, only followed by another. */
import type { Migration } from 'kysely/migration';
import { calls } from './0001-calls.ts';
import { accounts } from './0002-accounts.ts';

export const migrations: Record<string, Migration> = {
  '0001-calls': calls,
  '0002-accounts': accounts,
};
