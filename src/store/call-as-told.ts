/** The row of a call as it is kept for whoever is told of an event. */
import { sql } from 'kysely';
import type { CallRow } from './calls.ts';

/** Without what nobody outside is told. */
export const callAsTold = sql`to_jsonb(calls) - '{lifecycle,instructions,assistant}'::text[]
  || jsonb_build_object('assistant', jsonb_build_object('name', calls.assistant -> 'name'))`;

/** Columns that hold moments; JSON has them as text. */
const isMoment = (column: string) => /(_at|_before|_after)$/.test(column);

/** The row again; what was left out of it is undefined. */
export function fromToldCall(call: Record<string, unknown>): CallRow {
  const entries = Object.entries(call).map(([column, value]) => {
    return [column, isMoment(column) && typeof value === 'string' ? new Date(value) : value];
  });
  return Object.fromEntries(entries) as CallRow;
}
