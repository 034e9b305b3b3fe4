/** Whose number is whose in a call, whichever side began it. */
import type { CallRow } from '../store/calls.ts';

type Ends = Pick<CallRow, 'direction' | 'from_number' | 'to_number'>;

/** Of ours: what the other side sees. */
export const ownNumberOf = (call: Ends) => (call.direction === 'inbound' ? call.to_number : call.from_number);

/** Of whoever is on the line with the assistant; no number at all where a caller hides it. */
export const personNumberOf = (call: Ends) => (call.direction === 'inbound' ? call.from_number : call.to_number);

const phoneNumber = /^\+[1-9]\d{1,14}$/;

/** The person's number, or null where they hide it. */
export function knownNumberOf(call: Ends): string | null {
  const number = personNumberOf(call);
  return phoneNumber.test(number) ? number : null;
}
