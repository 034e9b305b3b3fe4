/** What both databases offer the driver: sessions that run one statement at a time, and news by channel. */

/** The answer to one statement. */
export interface StatementResult {
  rows: Record<string, unknown>[];
  /** `INSERT`, `SELECT`, `COMMIT`, …; empty when nothing was run. */
  command: string;
  /** Rows returned or changed; null where the command has no such number. */
  rowCount: number | null;
}

/** One connection, held by one user at a time. */
export interface DatabaseSession {
  /** @throws DatabaseError of `pg` when SQL is refused; CallwrightError `store/unreachable` when the way is broken */
  run(sql: string, parameters: readonly unknown[]): Promise<StatementResult>;
  release(): void;
}

/** Hears of a notification; an empty payload may also mean that some were missed: look again. */
export type NotificationListener = (payload: string) => void;

/** A database that was opened. */
export interface OpenDatabase {
  /** @throws CallwrightError `store/unreachable`, `store/busy` */
  acquire(): Promise<DatabaseSession>;
  /** Resolves when `listener` hears the channel; what it resolves to stops that. */
  listen(channel: string, listener: NotificationListener): Promise<() => Promise<void>>;
  /** Waits for sessions in use, then ends everything; a second call waits for the first. */
  close(): Promise<void>;
}
