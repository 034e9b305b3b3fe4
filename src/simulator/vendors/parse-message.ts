/** Reads what an application sends as text: a JSON object, or nothing sensible. */
import type { z } from 'zod';

/** Null when it is no JSON object. */
export function parseObject(data: string | Uint8Array): Record<string, unknown> | null {
  if (typeof data !== 'string') return null;
  try {
    const value: unknown = JSON.parse(data);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}

/** What is wrong with it, in one line. */
export function toComplaint(error: z.ZodError): string {
  const [issue] = error.issues;
  return issue ? `${issue.path.join('.') || 'message'}: ${issue.message}` : 'invalid message';
}
