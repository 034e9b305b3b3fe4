/** Opaque marks of where a list goes on. */
import { ProblemError } from './problem.ts';

export const toCursor = (parts: readonly (string | number)[]): string =>
  Buffer.from(JSON.stringify(parts)).toString('base64url');

/** @throws ProblemError when the cursor was not made by `toCursor` for this kind of list */
export function fromCursor(cursor: string, length: number): unknown[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (Array.isArray(parts) && parts.length === length) return parts;
  } catch {
    // Falls through to the same answer as any other cursor that is not ours.
  }
  const errors = [{ field: 'cursor', message: 'is not one that this list gave' }];
  const detail = 'cursor is not one that this list gave';
  throw new ProblemError({ status: 400, code: 'request/invalid', title: 'Invalid request', detail, errors });
}
