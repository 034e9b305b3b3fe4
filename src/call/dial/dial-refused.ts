/** The one error for every rule and limit that forbids a call. */
import { CallwrightError, type ErrorCode } from '../../base/errors.ts';
import type { DialDecision } from './decide-dial.ts';

/** A rule forbids this call; nothing was dialled. */
export class DialRefused extends CallwrightError {
  /** For what passes: when to try again, in seconds. */
  readonly retryAfterSeconds: number | null;
  /** What whoever asks can do about it. */
  readonly mend: string | null;
  constructor(
    code: ErrorCode,
    message: string,
    more: { retryAfterSeconds?: number | null; mend?: string | null } = {},
  ) {
    super(code, message);
    this.retryAfterSeconds = more.retryAfterSeconds ?? null;
    this.mend = more.mend ?? null;
  }
}

export function toDialRefused({ code, detail, mend, retry_after_seconds }: DialDecision): DialRefused {
  const more = { retryAfterSeconds: retry_after_seconds, mend };
  return new DialRefused(code ?? 'dial/forbidden', detail ?? 'A rule forbids this call.', more);
}
