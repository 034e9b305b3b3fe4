/** Opaque marks of where a list goes on. */
import type { z } from 'zod';
import { ProblemError } from './problem.ts';

export const toCursor = (parts: readonly (string | number)[]): string =>
  Buffer.from(JSON.stringify(parts)).toString('base64url');

/** @throws ProblemError when the cursor was not made by `toCursor` for this kind of list */
export function fromCursor<T extends z.ZodType>(cursor: string, schema: T): z.output<T> {
  const parsed = schema.safeParse(parseJson(Buffer.from(cursor, 'base64url').toString()));
  if (parsed.success) return parsed.data;
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
