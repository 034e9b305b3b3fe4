/** L3: no accepted job is lost; once faults heal, each comes to its end, and so does every call at the carrier. */
import { LawBroken } from '../world/truth.ts';
import type { CreateLaw } from './law.ts';

export const nothingLost: CreateLaw = ({ rows, accepted, lines, isForLater }) => ({
  atRest() {
    const calls = new Map(rows('calls').map((row) => [row.id as string, row]));
    for (const id of accepted) if (!calls.has(id)) throw new LawBroken('L3', `${id} was accepted and is not there`);
    for (const [id, row] of calls) {
      if (isForLater(row.due_at)) continue;
      if (row.ended_at === null || row.check_at !== null) {
        throw new LawBroken('L3', `${id} is stuck: ${row.status} ${JSON.stringify(row.lifecycle)}`);
      }
    }
    for (const { true: call } of lines.values()) {
      if (call.endedAtMs === null)
        throw new LawBroken('L3', `${call.carrierSid} of ${call.callId} is left at the carrier`);
    }
  },
});
