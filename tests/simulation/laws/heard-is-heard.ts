/** L4, at once: a call whose end the carrier told, and was thanked for, is over; its line is not taken until a sweep. */
import { LawBroken } from '../world/truth.ts';
import type { CreateLaw } from './law.ts';

const finals = ['completed', 'busy', 'no-answer', 'failed', 'canceled'];

export const heardIsHeard: CreateLaw = ({ rows }) => ({
  heard({ order, true: { carrierSid } }, status) {
    if (!finals.includes(status)) return;
    const row = rows('calls').find(({ id }) => id === order.callId);
    if (row && row.ended_at === null)
      throw new LawBroken('L4', `${carrierSid} was told to be ${status}, and ${order.callId} is ${row.status}`);
  },
});
