/** L5: what happens to a call is told once, and its end is always told. */
import { LawBroken } from '../world/truth.ts';
import type { CreateLaw } from './law.ts';

const endings = ['call.ended', 'call.blocked'];

export const toldOnce: CreateLaw = ({ rows, isForLater }) => ({
  atRest() {
    const told = new Map<string, string[]>();
    for (const event of rows('events')) {
      const id = event.call_id as string;
      told.set(id, [...(told.get(id) ?? []), event.type as string]);
    }
    for (const { id, due_at: dueAt } of rows('calls')) {
      if (isForLater(dueAt)) continue;
      const types = told.get(id as string) ?? [];
      const ends = types.filter((type) => endings.includes(type));
      if (ends.length !== 1) throw new LawBroken('L5', `${id} told its end ${ends.length} times: ${types}`);
      const lifecycle = types.filter((type) => /^call\.(queued|dialing|ringing|started|ended|blocked)$/.test(type));
      if (new Set(lifecycle).size !== lifecycle.length)
        throw new LawBroken('L5', `${id} told something twice: ${types}`);
    }
  },
});
