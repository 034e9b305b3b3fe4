/** Which vendor is asked next when one has failed, until none is left to ask. */
import type { Clock } from '../../../base/clock.ts';
import type { VendorFailed } from '../../../ports/vendor-failed.ts';

export interface VendorChain<V> {
  /** Null when all have failed for good. */
  readonly current: V | null;
  /** Notes the failure of the current one; gives what to use from now on. */
  failed(error: VendorFailed): V | null;
}

/** Each vendor gets another try after a failure that a try may mend; after it worked this long, the count begins anew. */
const triesPerVendor = 2;
const workedMs = 60_000;
/** Who is on the phone has waited too long once a second vendor in a row has not answered in time, this soon after. */
const mostWaitedMs = 4000;

/** @param vendors in the order of preference */
export function createVendorChain<V>(vendors: readonly V[], clock: Clock): VendorChain<V> {
  let left = vendors.map((vendor) => ({ vendor, tries: triesPerVendor }));
  let sinceMs = clock.monotonicMs();
  let timedOutAtMs = Number.NEGATIVE_INFINITY;
  return {
    get current() {
      return left[0]?.vendor ?? null;
    },
    failed(error) {
      const [first, ...others] = left;
      if (!first) return null;
      const isTimeout = error.code === 'vendor/timeout';
      if (isTimeout && clock.monotonicMs() - timedOutAtMs < mostWaitedMs) left = [];
      timedOutAtMs = isTimeout ? clock.monotonicMs() : Number.NEGATIVE_INFINITY;
      if (left.length === 0) return null;
      if (clock.monotonicMs() - sinceMs >= workedMs) first.tries = triesPerVendor;
      first.tries = error.retryable ? first.tries - 1 : 0;
      // Somebody else first: who has just failed is asked again when nobody else is left.
      left = first.tries > 0 ? [...others, first] : others;
      sinceMs = clock.monotonicMs();
      return left[0]?.vendor ?? null;
    },
  };
}
