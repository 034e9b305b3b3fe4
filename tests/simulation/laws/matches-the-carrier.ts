/** L4, seen from outside: what a call says of its end is what was true at the carrier, and no other call's. */

import type { Row } from '../memory/sql-values.ts';
import { LawBroken } from '../world/truth.ts';
import type { CreateLaw } from './law.ts';

/** Clocks that differ by less leave no doubt. */
const clearMs = 5000;

const statusAt: Record<string, string> = { 'no-answer': 'no_answer' };

export const matchesTheCarrier: CreateLaw = ({ rows, lines, truth, swarm }) => {
  const taken = new Set<unknown>();
  /** Stored once, for a call that came in, and ended as it did. */
  const incoming = ({ id, carrier_sid: sid, status }: Row) => {
    const line = lines.get(String(sid));
    if (line?.order.direction !== 'inbound') throw new LawBroken('L4', `${id} took ${sid}, which did not come in`);
    if (taken.has(sid)) throw new LawBroken('L1', `${sid} is stored twice`);
    taken.add(sid);
    if (status !== line.true.status) {
      throw new LawBroken('L4', `${id} ended as ${status}, its carrier call as ${line.true.status}`);
    }
  };
  /** A clock that is an hour off can leave nobody sure which call it was: then the person is not rung again. */
  const unclear = ({ id }: Row) => {
    if (swarm.furthestJumpMs <= clearMs) throw new LawBroken('L4', `${id} is unclear, though the clocks are right`);
    if (rows('calls').some((row) => row.retry_of === id))
      throw new LawBroken('L1', `${id} may have rung, and is retried`);
  };
  return {
    atRest() {
      for (const row of rows('calls')) {
        if (row.direction !== 'outbound') {
          incoming(row);
          continue;
        }
        const mine = truth.byCall.get(row.id as string) ?? [];
        const sid = row.carrier_sid as string | null;
        if (sid === null) {
          if (row.ended_reason === 'carrier_unclear') {
            unclear(row);
            continue;
          }
          if (mine[0])
            throw new LawBroken('L4', `${row.id} has no carrier call, but ${mine[0].carrierSid} was made for it`);
          continue;
        }
        const line = lines.get(sid);
        if (!line || line.true.callId !== row.id) {
          throw new LawBroken('L4', `${row.id} took ${sid}, which is of ${line?.true.callId ?? 'nobody'}`);
        }
        const { status, to } = line.true;
        if (to !== row.to_number) throw new LawBroken('L4', `${row.id} is to ${row.to_number}, and ${sid} rang ${to}`);
        if (row.status !== (statusAt[status] ?? status)) {
          throw new LawBroken('L4', `${row.id} ended as ${row.status}, its carrier call as ${status}`);
        }
      }
    },
  };
};
