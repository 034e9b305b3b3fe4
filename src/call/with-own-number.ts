/** What an event tells of its call whatever else it tells: the number that whoever asked gave it for their own tracking. */
import type { CallRow } from '../store/calls.ts';

export function withOwnNumber<Data extends object>(call: Pick<CallRow, 'verification'>, data: Data) {
  return call.verification === null ? data : { ...data, verification: call.verification };
}
