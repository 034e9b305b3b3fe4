/** What becomes of a contact when a call to it is over. Pure. */

/** A call that is over, as far as it matters here. */
export interface EndedCall {
  status: string;
  outcome: string | null;
  endedReason: string | null;
  /** Whether the carrier was asked for it. */
  wasDialed: boolean;
  errorCode: string | null;
  /** What the carrier's code means for another try. */
  retryAdvice: 'yes' | 'no' | 'later' | null;
  /** When a rule that forbade it may allow it. */
  retryAfterSeconds: number | null;
}

export interface CalledContact {
  /** This call included, if it was dialled. */
  attempts: number;
  deferrals: number;
}

export interface RetryRules {
  attempts: number;
  after_minutes: Partial<Record<string, number>>;
}

export type NextOfContact =
  | { state: 'waiting'; dueAtMs: number; deferrals: number; code: string | null }
  | { state: 'done' | 'failed' | 'skipped' | 'canceled'; code: string | null };

/** So often a rule may say "later" until the contact is skipped. */
const mostDeferrals = 5;
/** The carrier's "only much later". */
const muchLaterMs = 4 * 3600 * 1000;

export interface AfterCall {
  call: EndedCall;
  contact: CalledContact;
  retry: RetryRules | null;
  isCanceled: boolean;
  atMs: number;
  /** From 0 to 1: spreads the retries of calls that ended together. */
  jitter: number;
}

export function afterCall(after: AfterCall): NextOfContact {
  const { call, contact, isCanceled, atMs } = after;
  if (call.status === 'blocked') return afterRefusal(after);
  if (call.endedReason === 'campaign_stopped') {
    if (isCanceled) return { state: 'canceled', code: 'campaign/canceled' };
    return { state: 'waiting', dueAtMs: atMs, deferrals: contact.deferrals, code: null };
  }
  // It waited a whole day for a line.
  if (call.endedReason === 'expired') return { state: 'skipped', code: 'campaign/not-dialed' };
  if (call.status === 'canceled') return { state: 'canceled', code: null };
  const delayMs = isCanceled ? null : retryDelayMs(after);
  if (delayMs !== null) {
    const spreadMs = Math.floor(delayMs * 0.1 * after.jitter);
    return { state: 'waiting', dueAtMs: atMs + delayMs + spreadMs, deferrals: contact.deferrals, code: call.errorCode };
  }
  const reached = call.status === 'completed';
  return { state: reached ? 'done' : 'failed', code: reached ? null : call.errorCode };
}

function afterRefusal({ call, contact, isCanceled, atMs }: AfterCall): NextOfContact {
  const { retryAfterSeconds, errorCode } = call;
  if (isCanceled || retryAfterSeconds === null || contact.deferrals >= mostDeferrals) {
    return { state: 'skipped', code: errorCode };
  }
  const dueAtMs = atMs + retryAfterSeconds * 1000;
  return { state: 'waiting', dueAtMs, deferrals: contact.deferrals + 1, code: errorCode };
}

/** Until the contact is called again; null when it is not. */
function retryDelayMs({ call, contact, retry }: AfterCall): number | null {
  const minutes = call.outcome === null ? undefined : retry?.after_minutes[call.outcome];
  if (retry === null || minutes === undefined) return null;
  // A phone may have rung.
  if (call.endedReason === 'carrier_unclear') return null;
  if (contact.attempts >= retry.attempts || call.retryAdvice === 'no') return null;
  return call.retryAdvice === 'later' ? Math.max(minutes * 60_000, muchLaterMs) : minutes * 60_000;
}
