/** The embedded database in this very thread, as one session: in step with a clock that stands still. */
import type { PGlite } from '@electric-sql/pglite';
import pg from 'pg';
import { systemClock } from '../../../src/base/clock.ts';
import { toParameter } from '../../../src/store/column-types.ts';
import type { DatabaseSession } from '../../../src/store/database-session.ts';
import { toStatementResult } from '../../../src/store/embedded/database-thread.ts';
import { createStatementRunner } from '../../../src/store/embedded/prepared-statements.ts';

export function createPgliteSession(database: PGlite): DatabaseSession {
  const runStatement = createStatementRunner(database, systemClock.monotonicMs);
  return {
    async run(text, parameters) {
      try {
        return toStatementResult(await runStatement(text, parameters.map(toParameter)));
      } catch (error) {
        throw error instanceof Error && 'code' in error
          ? Object.assign(new pg.DatabaseError(error.message, error.message.length, 'error'), error)
          : error;
      }
    },
    release() {},
  };
}
