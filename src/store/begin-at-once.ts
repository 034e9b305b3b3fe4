/** Sends the beginning of a transaction together with its first statement. */
import type { DatabaseSession, StatementResult } from './database-session.ts';

type Run = DatabaseSession['run'];

const begun: StatementResult = { rows: [], command: 'BEGIN', rowCount: null };

/** @param send runs statements in the order in which they are sent, without waiting for the answer to the one before */
export function beginAtOnce(send: Run): Run {
  let begin: Promise<unknown> | null = null;
  return async (sql, parameters) => {
    if (sql.startsWith('begin')) {
      begin = send(sql, parameters);
      begin.catch(() => undefined);
      return begun;
    }
    const answer = send(sql, parameters);
    if (begin === null) return await answer;
    const [, result] = await Promise.all([begin, answer]);
    begin = null;
    return result;
  };
}
