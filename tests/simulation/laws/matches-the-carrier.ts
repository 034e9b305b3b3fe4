/** L4, seen from outside: what a call says of its end is what was true at the carrier, and no other call's. */

import type { Row } from '../memory/sql-values.ts';
import { LawBroken } from '../world/truth.ts';
import type { CreateLaw } from './law.ts';

const statusAt: Record<string, string> = { 'no-answer': 'no_answer' };

export const matchesTheCarrier: CreateLaw = ({ rows, lines, truth }) => {
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
