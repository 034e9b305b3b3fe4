/** What the main thread and the database's own thread say to each other. */

/** How the worker finds its database. */
export interface WorkerStart {
  /** The directory of the database's files; made when it is missing. */
  directory: string;
  /** A closed database to copy instead of making one from nothing. */
  template: string | null;
}

export type ToWorker = { type: 'run'; id: number; sql: string; parameters: (string | null)[] } | { type: 'close' };

/** The fields of a Postgres error that a program looks at. */
export interface SqlErrorFields {
  code?: string;
  severity?: string;
  detail?: string;
  hint?: string;
  schema?: string;
  table?: string;
  column?: string;
  constraint?: string;
  position?: string;
}

export type FromWorker =
  | { type: 'opened' }
  | {
      type: 'result';
      id: number;
      command: string;
      rowCount: number | null;
      columns: { name: string; typeOid: number }[];
      /** Columns in order, as text. */
      rows: (string | null)[][];
    }
  | { type: 'refused'; id: number; message: string; fields: SqlErrorFields }
  | { type: 'notification'; channel: string; payload: string }
  /** The database cannot go on; the thread ends. */
  | { type: 'broken'; message: string };
