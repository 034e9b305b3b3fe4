/** What it means when a carrier gives no call, or no answer. */
import { CallwrightError, type ErrorCode } from '../base/errors.ts';

/**
 * Why the carrier did not take a call up: it says no to this one, to so many, to this account as a whole, or it was
 * never reached.
 */
export type RefusalKind = 'declined' | 'throttled' | 'locked-out' | 'unreachable';

/** Surely no phone rang: the carrier said no, or was never reached. */
export class CarrierRefused extends CallwrightError {
  /** The carrier's own code, for example 21211; null when it was never reached. */
  readonly carrierCode: number | null;
  /** HTTP status of the carrier's answer; null when it was never reached. */
  readonly httpStatus: number | null;
  readonly kind: RefusalKind;
  /** When the carrier wants to be asked again, where it says so. */
  readonly retryAfterSeconds: number | null;
  constructor(
    message: string,
    carrier: {
      code: number | null;
      httpStatus: number | null;
      kind?: RefusalKind;
      retryAfterSeconds?: number | null;
    },
  ) {
    super('carrier/refused', message);
    this.carrierCode = carrier.code;
    this.httpStatus = carrier.httpStatus;
    this.kind = carrier.kind ?? 'declined';
    this.retryAfterSeconds = carrier.retryAfterSeconds ?? null;
  }
}

/** A phone may or may not ring: the request was sent and no clear answer came back. */
export class CarrierOutcomeUnknown extends CallwrightError {
  constructor(message: string, options?: { cause?: unknown }) {
    super('carrier/outcome-unknown', message, options);
  }
}

/** The carrier did not answer a request that changes nothing or may be repeated safely. */
export class CarrierUnavailable extends CallwrightError {
  constructor(message: string, code: ErrorCode = 'carrier/unavailable') {
    super(code, message);
  }
}
