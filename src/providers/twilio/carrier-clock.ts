/** What a moment of Twilio's clock is by ours, learned from the `Date` header of an answer: either clock may be wrong. */

/** Whole seconds and the way of an answer look like so much; less is not worth correcting. */
const leastMs = 5000;

const dateForm = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} (GMT|\+0000)$/;

/** How far our clock is ahead of the one that dated an answer which came now; 0 where that cannot be told, or is next to nothing. */
export function clockSkewMs(date: string | null, nowMs: number): number {
  const datedMs = date !== null && dateForm.test(date) ? Date.parse(date) : Number.NaN;
  const skewMs = nowMs - datedMs;
  return Number.isNaN(skewMs) || Math.abs(skewMs) <= leastMs ? 0 : skewMs;
}
