/** Whether a number may be called at all, asked right before every dial. */
import { CallwrightError, type ErrorCode } from '../../base/errors.ts';
import { findDoNotCall } from '../../store/do-not-call.ts';
import type { Db } from '../../store/schema.ts';

/** A rule forbids this call; nothing was dialled. */
export class DialRefused extends CallwrightError {
  /** For limits that pass: when to try again, in seconds. */
  readonly retryAfterSeconds: number | null;
  constructor(code: ErrorCode, message: string, retryAfterSeconds: number | null = null) {
    super(code, message);
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** @throws DialRefused `dial/do-not-call` */
export async function mayDial(db: Db, call: { to: string; clientId: string | null }): Promise<void> {
  const entry = await findDoNotCall(db, call.to, call.clientId);
  if (!entry) return;
  throw new DialRefused('dial/do-not-call', `This number is on the do-not-call list (${entry.reason}).`);
}
