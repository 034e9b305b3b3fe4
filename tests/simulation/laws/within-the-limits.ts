/** The account's limits: never more calls at the carrier at once than allowed, and never faster. */
import { LawBroken } from '../world/truth.ts';
import type { CreateLaw } from './law.ts';

export const withinTheLimits: CreateLaw = ({ lines, swarm }) => ({
  placed({ true: { carrierSid } }) {
    let open = 0;
    // Who calls us asks nobody before.
    for (const { true: call, order } of lines.values()) {
      if (call.endedAtMs === null && order.direction === 'outbound') open += 1;
    }
    if (open > swarm.maxConcurrentCalls) {
      throw new LawBroken('limits', `${carrierSid} is number ${open} of at most ${swarm.maxConcurrentCalls} at once`);
    }
  },
});
