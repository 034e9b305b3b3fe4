/** Tables in memory: rows as they are committed and as transactions have changed them, their keys and their locks. */
import type { TableDefinition } from './catalogue.ts';
import { parseSql } from './parse-sql.ts';
import { postgresError, type Row, type SqlType, toKey, toSqlType, toType } from './sql-values.ts';
import { noEnv, type Source, type Term } from './terms.ts';

/** One row: what everybody sees of it, and what the transaction sees that holds its lock. */
export interface Stored {
  committed: Row | null;
  /** Undefined while the holder only locked it; null when it deleted it. */
  pending: Row | null | undefined;
  holder: Transaction | null;
}

export interface Key {
  name: string;
  columns: string[];
  /** The columns in the order of their names, as one text. */
  sorted: string;
  terms: Term[];
  /** Each of them is a column, not something made of columns. */
  isPlain: boolean;
  condition: Term | null;
  /** The columns that decide whether the key holds for a row, and what it is. */
  reads: ReadonlySet<string>;
}

export interface Column {
  name: string;
  type: SqlType;
  isRequired: boolean;
  isIdentity: boolean;
}

export interface Reference {
  name: string;
  column: string;
  toTable: string;
  toColumn: string;
  onDelete: string;
}

/** A table without rows; made once for all seeds. */
export interface TableShape {
  name: string;
  columns: Column[];
  /** A row of which nothing is told: what columns are unless they are given. No default is another the next time. */
  blank: Row;
  /** A row of its own with the same values. */
  copy(row: Row): Record<string, unknown>;
  byName: ReadonlyMap<string, Column>;
  /** Those that no row may leave empty, also because they count by themselves. */
  required: Column[];
  types: ReadonlyMap<string, SqlType>;
  keys: Key[];
  /** Columns by which rows are found without looking at all of them. */
  looked: string[];
  references: Reference[];
}

export function toShape(definition: TableDefinition): TableShape {
  const { name } = definition;
  const types = new Map(definition.columns.map((column) => [column.name, toSqlType(column.type)]));
  const scope = { sources: [{ alias: name, columns: types } satisfies Source], parent: null, addsUp: false };
  const unique = definition.indexes.filter(({ isUnique }) => isUnique);
  const firsts = [
    ...definition.indexes.map(({ columns }) => columns[0] ?? ''),
    ...definition.foreignKeys.map(({ column }) => column),
  ];
  const columns = definition.columns.map((column) => ({
    name: column.name,
    type: toSqlType(column.type),
    isRequired: column.isRequired,
    isIdentity: column.identity !== '',
  }));
  const defaults = definition.columns.map((column) => {
    const value = column.defaultTo === null ? null : parseSql([column.defaultTo], scope).of(noEnv);
    return [column.name, toType(toSqlType(column.type), value)] as const;
  });
  return {
    ...{ name, types, columns },
    blank: Object.fromEntries(defaults),
    copy: toCopy(),
    byName: new Map(columns.map((column) => [column.name, column])),
    required: columns.filter(({ isRequired, isIdentity }) => isRequired || isIdentity),
    keys: unique.map((index) => ({
      name: index.name,
      columns: index.columns,
      sorted: index.columns.toSorted().join(),
      terms: index.columns.map((column) => parseSql([column], scope)),
      isPlain: index.columns.every((column) => types.has(column)),
      condition: index.condition === null ? null : parseSql([index.condition], scope),
      reads: new Set([...index.columns, index.condition ?? ''].flatMap((sql) => sql.match(/\w+/gu) ?? [])),
    })),
    looked: [...new Set(firsts)].filter((column) => types.has(column)),
    references: definition.foreignKeys,
  };
}

/** Compiled anew for each table, so that it is always given rows of the same columns: that copies them at once. */
const toCopy = () => new Function('row', 'return { ...row };') as TableShape['copy'];

/** A unit of work; everybody who waits for what it holds waits for its end. */
export class Transaction {
  readonly touched = new Map<Stored, Table>();
  readonly notices: { channel: string; payload: string }[] = [];
  waitsFor: Transaction | null = null;
  isAborted = false;
  isOver = false;
  /** How many transactions had been committed when this one began. */
  readonly began: number;
  readonly #end = Promise.withResolvers<void>();

  constructor(began: number) {
    this.began = began;
  }

  get whenOver(): Promise<void> {
    return this.#end.promise;
  }

  /** @throws the error of a deadlock when the other one waits for this one already */
  async waitFor(other: Transaction): Promise<void> {
    for (let one: Transaction | null = other; one; one = one.waitsFor) {
      if (one === this) throw postgresError('40P01', 'deadlock detected');
    }
    this.waitsFor = other;
    await other.whenOver;
    this.waitsFor = null;
    if (this.isOver) throw postgresError('57P01', 'terminating connection');
  }

  finish(keep: boolean): void {
    if (this.isOver) return;
    this.isOver = true;
    for (const [stored, table] of this.touched) table.settle(stored, keep, this);
    this.touched.clear();
    this.#end.resolve();
  }
}

const envOf = (row: Row) => ({ rows: [row], group: null, parent: null });

/** Hears of every change of a row at the moment at which everybody sees it. */
export type OnSettled = (before: Row | null, after: Row | null, by: Transaction) => void;

export class Table {
  readonly shape: TableShape;
  onSettled: OnSettled | null = null;
  readonly rows = new Set<Stored>();
  readonly #buckets = new Map<string, Map<unknown, Set<Stored>>>();
  #identity = 0;

  constructor(shape: TableShape) {
    this.shape = shape;
    for (const column of shape.looked) this.#buckets.set(column, new Map());
  }

  seen(stored: Stored, by: Transaction | null): Row | null {
    return stored.holder !== null && stored.holder === by && stored.pending !== undefined
      ? stored.pending
      : stored.committed;
  }

  nextIdentity(): number {
    this.#identity += 1;
    return this.#identity;
  }

  /** Those that may have this value in this column; all where the column is not looked up. */
  candidates(column: string, value: unknown): ReadonlySet<Stored> {
    const bucket = this.#buckets.get(column);
    if (!bucket || value === null || value === undefined) return this.rows;
    return bucket.get(toKey(value)) ?? none;
  }

  isLooked(column: string): boolean {
    return this.#buckets.has(column);
  }

  add(row: Row, by: Transaction): Stored {
    Object.freeze(row);
    const stored: Stored = { committed: null, pending: row, holder: by };
    this.rows.add(stored);
    this.#index(stored, row);
    by.touched.set(stored, this);
    return stored;
  }

  change(stored: Stored, row: Row | null): void {
    if (row) this.#index(stored, Object.freeze(row), stored.pending ?? stored.committed);
    stored.pending = row;
  }

  lock(stored: Stored, by: Transaction): void {
    stored.holder = by;
    by.touched.set(stored, this);
  }

  settle(stored: Stored, keep: boolean, by: Transaction): void {
    const { committed, pending } = stored;
    const stays = keep && pending !== undefined ? pending : committed;
    const goes = stays === committed ? (pending ?? null) : committed;
    stored.committed = stays;
    stored.pending = undefined;
    stored.holder = null;
    if (goes) this.#forget(stored, goes, stays);
    if (!stays) this.rows.delete(stored);
    if (stays !== committed) this.onSettled?.(committed, stays, by);
  }

  /** Another row with one of this row's unique keys, as it is committed or pending. */
  findRival(row: Row, own: Stored | null, keys: readonly Key[] = this.shape.keys): { key: Key; rival: Stored } | null {
    for (const key of keys) {
      const wanted = keyOf(key, row);
      if (!wanted) continue;
      for (const rival of this.#sharing(key, row)) {
        if (rival === own) continue;
        const { committed, pending } = rival;
        if ((committed && hasKey(committed, key, wanted)) || (pending && hasKey(pending, key, wanted))) {
          return { key, rival };
        }
      }
    }
    return null;
  }

  /** Those that have the same value in one of the key's columns, by the column for which they are the fewest. */
  #sharing({ columns }: Key, row: Row): ReadonlySet<Stored> {
    let fewest: ReadonlySet<Stored> = this.rows;
    for (const column of columns) {
      const sharing = this.candidates(column, row[column]);
      if (sharing.size < fewest.size) fewest = sharing;
    }
    return fewest;
  }

  /** `before`: under what it can be found already. */
  #index(stored: Stored, row: Row, before: Row | null = null): void {
    for (const [column, bucket] of this.#buckets) {
      const key = toKey(row[column]);
      if (before && toKey(before[column]) === key) continue;
      const among = bucket.get(key);
      if (among) among.add(stored);
      else bucket.set(key, new Set([stored]));
    }
  }

  #forget(stored: Stored, gone: Row, stays: Row | null): void {
    for (const [column, bucket] of this.#buckets) {
      const key = toKey(gone[column]);
      if (stays && toKey(stays[column]) === key) continue;
      bucket.get(key)?.delete(stored);
    }
  }
}

const none: ReadonlySet<Stored> = new Set();

const partOf = (key: Key, at: number, row: Row): unknown =>
  toKey(key.isPlain ? row[key.columns[at] as string] : key.terms[at]?.of(envOf(row)));

const holdsFor = ({ condition }: Key, row: Row): boolean => !condition || condition.of(envOf(row)) === true;

/** Null where the key does not hold for the row. */
function keyOf(key: Key, row: Row): unknown[] | null {
  if (!holdsFor(key, row)) return null;
  const values: unknown[] = [];
  for (let at = 0; at < key.terms.length; at += 1) {
    const value = partOf(key, at, row);
    if (value === null || value === undefined) return null;
    values.push(value);
  }
  return values;
}

function hasKey(row: Row, key: Key, wanted: readonly unknown[]): boolean {
  for (let at = 0; at < wanted.length; at += 1) if (partOf(key, at, row) !== wanted[at]) return false;
  return holdsFor(key, row);
}
