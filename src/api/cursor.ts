/** Opaque marks of where a list goes on. */
import type { z } from 'zod';
import { ProblemError } from './problem.ts';

export const toCursor = (parts: readonly (string | number)[]): string =>
  Buffer.from(JSON.stringify(parts)).toString('base64url');

/** @throws ProblemError when the cursor was not made by `toCursor` for this kind of list */
export function fromCursor<T extends z.ZodType>(cursor: string, schema: T): z.output<T> {
  const text = Buffer.from(cursor, 'base64url').toString();
  const parsed = schema.safeParse(parseJson(text));
  // The database takes neither NUL nor half a character, and no list of ours gives any.
  if (parsed.success && !/\\u0000|\\ud[89a-f]/i.test(text)) return parsed.data;
  const errors = [{ field: 'cursor', message: 'is not one that this list gave' }];
  const detail = 'cursor is not one that this list gave';
  throw new ProblemError({ status: 400, code: 'request/invalid', title: 'Invalid request', detail, errors });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
