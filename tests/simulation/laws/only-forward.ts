/** L4: state never goes back, and what is over stays as it ended. */
import type { Lifecycle } from '../../../src/call/lifecycle-state.ts';
import type { Row } from '../memory/sql-values.ts';
import { LawBroken } from '../world/truth.ts';
import type { CreateLaw } from './law.ts';

const ranks: Record<Lifecycle['phase'], number> = {
  accepted: 0,
  sending: 1,
  unknown: 2,
  placed: 3,
  answered: 4,
  over: 5,
};

/** What may still be said of a call that is over is none of these. */
const final = ['status', 'carrier_sid', 'outcome', 'ended_reason', 'ended_by', 'fault', 'duration_seconds'] as const;

const phaseOf = (row: Row) => (row.lifecycle as Lifecycle).phase;

export const onlyForward: CreateLaw = ({ truth }) => ({
  committed(table, { before, after }) {
    if (table !== 'calls' || !before || !after) return;
    const [from, to] = [phaseOf(before), phaseOf(after)];
    const id = String(after.id);
    // What was surely not accepted, or not even sent, may be asked for again.
    const wasAsked = from === 'sending' || from === 'unknown';
    const waitsAgain = wasAsked && to === 'accepted' && !truth.byCall.has(id);
    if (ranks[to] < ranks[from] && !waitsAgain) throw new LawBroken('L4', `${id} went from ${from} to ${to}`);
    const steps = (after.revision as number) - (before.revision as number);
    if (from !== to && steps < 1) throw new LawBroken('L4', `${id} went from ${from} to ${to} without a new revision`);
    if (steps < 0) throw new LawBroken('L4', `${id} lost a revision`);
    if (before.carrier_sid !== null && before.carrier_sid !== after.carrier_sid) {
      throw new LawBroken('L4', `${id} changed its carrier call from ${before.carrier_sid} to ${after.carrier_sid}`);
    }
    if (from !== 'over') return;
    for (const column of final) {
      if (before[column] !== after[column]) {
        throw new LawBroken('L4', `${id} was over, and its ${column} became ${after[column]}`);
      }
    }
  },
});
