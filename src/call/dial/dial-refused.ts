/** The one error for every rule and limit that forbids a call. */
import { CallwrightError, type ErrorCode } from '../../base/errors.ts';

/** A rule forbids this call; nothing was dialled. */
export class DialRefused extends CallwrightError {
  /** For limits that pass: when to try again, in seconds. */
  readonly retryAfterSeconds: number | null;
  constructor(code: ErrorCode, message: string, retryAfterSeconds: number | null = null) {
    super(code, message);
    this.retryAfterSeconds = retryAfterSeconds;
  }
}
