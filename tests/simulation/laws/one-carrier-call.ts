/** L1: for one attempt the carrier makes at most one call. */
import { LawBroken } from '../world/truth.ts';
import type { CreateLaw } from './law.ts';

export const oneCarrierCall: CreateLaw = ({ truth }) => ({
  placed({ true: call }) {
    const mine = truth.byCall.get(call.callId) ?? [];
    if (mine.length > 1) {
      throw new LawBroken(
        'L1',
        `${call.callId} was dialled ${mine.length} times: ${mine.map((one) => one.carrierSid)}`,
      );
    }
  },
});
