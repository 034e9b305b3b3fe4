/** The one base of every error this product throws on purpose. */

/** `area/what`, declared beside what throws it, for example `dial/do-not-call`. */
export type ErrorCode = `${string}/${string}`;

export class CallwrightError extends Error {
  readonly code: ErrorCode;
  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'CallwrightError';
    this.code = code;
  }
}

/** The words of any thrown value, for a log line or an answer. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
