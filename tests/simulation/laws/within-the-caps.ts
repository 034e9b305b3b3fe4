/** L7: what is reserved and spent together is never more than a cap, whichever call it is for. */
import { LawBroken } from '../world/truth.ts';
import type { CreateLaw } from './law.ts';

export const withinTheCaps: CreateLaw = ({ swarm }) => ({
  committed(table, { before, after }) {
    const isOfDay = /^\d{4}-\d\d-\d\d$/.test(String(after?.period));
    if (table !== 'spend_totals' || !after || after.scope !== 'operator' || !isOfDay || swarm.capPerDay === null)
      return;
    const used = Number(after.reserved_micros) + Number(after.settled_micros);
    // Who calls us costs what it costs; nobody is dialled beyond the cap.
    const isReserved = Number(after.reserved_micros) > Number(before?.reserved_micros ?? 0);
    if (isReserved && used > swarm.capPerDay)
      throw new LawBroken('L7', `${used} of ${swarm.capPerDay} micros are reserved or spent`);
    if (Number(after.reserved_micros) < 0) throw new LawBroken('L7', `${after.reserved_micros} micros are reserved`);
  },
});
