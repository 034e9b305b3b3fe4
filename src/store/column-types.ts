/** How values travel between JavaScript and SQL text: one table for both databases, so that both give equal rows. */
import pg from 'pg';
import { CallwrightError } from '../base/errors.ts';

const int8 = 20;
const date = 1082;

/** Turns the text of one column into its value. */
export type ColumnParser = (text: string) => unknown;

function parseInt8(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) {
    throw new CallwrightError('store/number-too-large', `${text} does not fit a JavaScript number exactly`);
  }
  return value;
}

/**
 * The parser for a Postgres type, named by its oid: int8 becomes a number, numeric and date stay text, timestamptz
 * becomes a Date, json and jsonb are parsed; the rest is as `pg` has it.
 */
export function columnParser(typeOid: number): ColumnParser {
  if (typeOid === int8) return parseInt8;
  // `pg` would make midnight of the server's own time zone of a date.
  if (typeOid === date) return (text) => text;
  return pg.types.getTypeParser(typeOid, 'text');
}

/** The text of one query parameter; like `pg`, an array becomes a Postgres array and an object becomes JSON. */
export function toParameter(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string') return value;
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return `\\x${Buffer.from(value).toString('hex')}`;
  if (Array.isArray(value)) return toArrayLiteral(value);
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function toArrayLiteral(values: readonly unknown[]): string {
  const elements = values.map((value) => {
    if (Array.isArray(value)) return toArrayLiteral(value);
    const text = toParameter(value);
    return text === null ? 'NULL' : `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
  });
  return `{${elements.join(',')}}`;
}
