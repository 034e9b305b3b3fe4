/** The values of SQL in memory: how they compare, what a column makes of a value, and the errors of Postgres. */
import pg from 'pg';

/** `unknown` is a parameter that nobody has typed yet. */
export type SqlType =
  | 'text'
  | 'int4'
  | 'int8'
  | 'float8'
  | 'numeric'
  | 'bool'
  | 'timestamptz'
  | 'json'
  | 'array'
  | 'unknown';

export type Row = Readonly<Record<string, unknown>>;

const typesByName: Record<string, SqlType> = {
  ...{ text: 'text', 'character varying': 'text', varchar: 'text', name: 'text', date: 'text', uuid: 'text' },
  // Words that are searched; nobody looks anything up in the simulation.
  tsvector: 'text',
  ...{ integer: 'int4', int: 'int4', int4: 'int4', smallint: 'int4', bigint: 'int8', int8: 'int8', xid8: 'int8' },
  ...{ 'double precision': 'float8', float8: 'float8', real: 'float8', numeric: 'numeric', decimal: 'numeric' },
  ...{ boolean: 'bool', bool: 'bool', 'timestamp with time zone': 'timestamptz', timestamptz: 'timestamptz' },
  ...{ json: 'json', jsonb: 'json', 'text[]': 'array', 'integer[]': 'array', 'bigint[]': 'array' },
};

/** @throws for a type that the simulation has not been taught */
export function toSqlType(name: string): SqlType {
  const type = typesByName[name.toLowerCase()];
  if (!type) throw new Error(`the database in memory does not know the type ${name}`);
  return type;
}

/** An error as the database would give it, so that the product tells it apart by the same code. */
export function postgresError(code: string, message: string, constraint?: string): Error {
  const error = new pg.DatabaseError(message, message.length, 'error');
  error.code = code;
  error.constraint = constraint;
  return error;
}

const badValue = (type: SqlType, value: unknown) =>
  postgresError('22P02', `invalid input syntax for type ${type}: ${JSON.stringify(value)}`);

/** A parameter as a value of this type, the way its text would be read. */
export function toType(type: SqlType, value: unknown): unknown {
  if (value === null || value === undefined) return null;
  switch (type) {
    case 'text':
      return toText(value);
    case 'int4':
    case 'int8':
      return toInteger(type, value);
    case 'float8':
    case 'numeric':
      return toNumber(type, value);
    case 'bool':
      if (typeof value === 'boolean') return value;
      if (value === 'true' || value === 't') return true;
      if (value === 'false' || value === 'f') return false;
      throw badValue(type, value);
    case 'timestamptz':
      return toMoment(value);
    case 'json':
      return typeof value === 'string' ? JSON.parse(value) : JSON.parse(JSON.stringify(value));
    case 'array':
    case 'unknown':
      return value;
  }
}

export function toText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value instanceof Date) return value.toISOString();
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function toInteger(type: SqlType, value: unknown): number {
  const number = Number(value);
  if (typeof value === 'boolean' || value === '' || !Number.isSafeInteger(number)) throw badValue(type, value);
  if (type === 'int4' && Math.abs(number) > 2 ** 31) throw postgresError('22003', 'integer out of range');
  return number;
}

function toNumber(type: SqlType, value: unknown): number {
  const number = Number(value);
  if (Number.isNaN(number) && value !== 'NaN') throw badValue(type, value);
  return number;
}

function toMoment(value: unknown): Date {
  const moment = value instanceof Date ? value : new Date(toText(value));
  if (Number.isNaN(moment.getTime())) throw badValue('timestamptz', value);
  return moment;
}

/** What stands for a value in an index; equal values have the same. */
export const toKey = (value: unknown): unknown => (value instanceof Date ? value.getTime() : value);

/** Less than, equal to or more than zero; neither may be null. */
export function compareValues(left: unknown, right: unknown): number {
  if (Array.isArray(left) && Array.isArray(right)) return compareTuples(left, right);
  const a = toKey(left) as number;
  const b = toKey(right) as number;
  if (typeof a === 'object') return compareValues(JSON.stringify(a), JSON.stringify(b));
  if (typeof a !== typeof b) throw new Error(`cannot compare ${JSON.stringify(left)} with ${JSON.stringify(right)}`);
  return a < b ? -1 : a > b ? 1 : 0;
}

function compareTuples(left: readonly unknown[], right: readonly unknown[]): number {
  for (const [at, value] of left.entries()) {
    const order = compareValues(value, right[at]);
    if (order !== 0) return order;
  }
  return 0;
}

/** A value as it reaches the program: numeric travels as text. */
export function toOutput(type: SqlType, value: unknown): unknown {
  return type === 'numeric' && typeof value === 'number' ? String(value) : value;
}
