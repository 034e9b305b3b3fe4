/** Twilio's words for the state of a call, in ours. */
import type { CarrierCallStatus } from '../../ports/carrier.ts';

const statuses: ReadonlyMap<string, CarrierCallStatus> = new Map([
  ['queued', 'queued'],
  ['initiated', 'initiated'],
  ['ringing', 'ringing'],
  ['answered', 'in_progress'],
  ['in-progress', 'in_progress'],
  ['completed', 'completed'],
  ['busy', 'busy'],
  ['no-answer', 'no_answer'],
  ['failed', 'failed'],
  ['canceled', 'canceled'],
]);

/** Our word for it, or null for one we do not know. */
export function toCallStatus(word: string | null | undefined): CarrierCallStatus | null {
  return statuses.get(word ?? '') ?? null;
}
