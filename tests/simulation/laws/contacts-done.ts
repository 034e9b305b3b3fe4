/** L3 for campaigns: each that was not stopped comes to its end, and nobody on its list is left between two states. */
import { LawBroken } from '../world/truth.ts';
import type { CreateLaw } from './law.ts';

export const contactsDone: CreateLaw = ({ rows, isForLater }) => ({
  atRest() {
    const over = new Map(rows('campaigns').map((row) => [row.id, row.status]));
    for (const { id, status, next_tick_at: next } of rows('campaigns')) {
      if (status === 'running' && !isForLater(next)) throw new LawBroken('L3', `the campaign ${id} goes on`);
    }
    for (const { id, campaign_id: campaign, state, attempts } of rows('contacts')) {
      const status = over.get(campaign);
      if (state === 'calling') throw new LawBroken('L3', `the contact ${id} is left calling (${status})`);
      if (state === 'waiting' && (status === 'completed' || status === 'canceled')) {
        throw new LawBroken('L3', `the contact ${id} waits for a campaign that is ${status}`);
      }
      if (Number(attempts) > 2) throw new LawBroken('L1', `the contact ${id} was called ${attempts} times, of 2`);
    }
  },
});
