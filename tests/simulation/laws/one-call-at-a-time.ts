/** L2: nobody is rung by two calls at once. */
import { LawBroken } from '../world/truth.ts';
import type { CreateLaw } from './law.ts';

export const oneCallAtATime: CreateLaw = ({ lines }) => ({
  placed({ true: { carrierSid, to } }) {
    for (const { true: other } of lines.values()) {
      if (other.to !== to || other.carrierSid === carrierSid || other.endedAtMs !== null) continue;
      throw new LawBroken('L2', `${to} is rung by ${carrierSid} while ${other.carrierSid} is not over`);
    }
  },
});
