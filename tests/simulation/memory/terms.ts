/** A part of a statement made ready to be evaluated for one row, or for a group of rows, after another. */
import type { OperationNode } from 'kysely';
import type { Row, SqlType } from './sql-values.ts';

/** The rows that a term is evaluated for: one of each source. */
export interface Env {
  rows: (Row | null)[];
  /** What is added up, where the statement groups. */
  group: Env[] | null;
  parent: Env | null;
}

/** For what depends on no row. */
export const noEnv: Env = { rows: [], group: null, parent: null };

export interface Term {
  type: SqlType;
  of(env: Env): unknown;
  /** It is the same for every row. */
  isConstant?: true;
}

export interface Source {
  alias: string;
  columns: ReadonlyMap<string, SqlType>;
}

/** Which names mean something; `addsUp` is set when a term needs the whole group. */
export interface Scope {
  sources: Source[];
  parent: Scope | null;
  addsUp: boolean;
}

/** Turns a part of a statement into a term. */
export type ToTerm = (node: OperationNode, scope: Scope) => Term;

/** The rows of a subquery, each with its columns in order. */
export interface Subquery {
  columns: { name: string; type: SqlType }[];
  rows(env: Env | null): Row[];
}

export type ToSubquery = (node: OperationNode, scope: Scope | null) => Subquery;

/** What was not understood since the program began: the product may have swallowed the error. */
export const untaught: string[] = [];

export function unsupported(what: string): never {
  untaught.push(what);
  throw new Error(`the database in memory has not been taught ${what}`);
}

/** The column of that name: of the innermost scope that has one. */
export function findColumn(scope: Scope, table: string | null, column: string): Term {
  const { sources } = scope;
  for (let at = 0; at < sources.length; at += 1) {
    const source = sources[at] as Source;
    if (table !== null && source.alias !== table) continue;
    const type = source.columns.get(column);
    if (type !== undefined) return { type, of: (env) => env.rows[at]?.[column] ?? null };
  }
  if (!scope.parent) return unsupported(`a column ${table ?? ''}.${column}`);
  const outer = findColumn(scope.parent, table, column);
  return { type: outer.type, of: (env) => outer.of(env.parent as Env) };
}
