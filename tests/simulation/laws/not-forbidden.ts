/** L6: nobody is dialled who must not be, by what was committed before the transaction began that dialled. */
import type { Lifecycle } from '../../../src/call/lifecycle-state.ts';
import type { Row } from '../memory/sql-values.ts';
import { LawBroken } from '../world/truth.ts';
import type { CreateLaw } from './law.ts';

const isSending = (row: Row | null) => row !== null && (row.lifecycle as Lifecycle).phase === 'sending';

export const notForbidden: CreateLaw = () => {
  /** Since which commit a list has a number, and since which one a client may not call. */
  const listed = new Map<string, number>();
  const inactive = new Map<unknown, number>();
  return {
    committed(table, { before, after, began, now }) {
      if (table === 'do_not_call' && after) listed.set(`${after.client_id} ${after.number}`, now);
      if (table === 'clients' && after) {
        if (after.status === 'Active') inactive.delete(after.id);
        else if (!inactive.has(after.id)) inactive.set(after.id, now);
      }
      if (table !== 'calls' || !after || !isSending(after) || isSending(before)) return;
      const { id, client_id: clientId, to_number: to } = after;
      const wasKnown = (since: number | undefined) => since !== undefined && since <= began;
      if ([listed.get(` ${to}`), listed.get(`${clientId} ${to}`)].some(wasKnown)) {
        throw new LawBroken('L6', `${id} was dialled although ${to} must not be called`);
      }
      if (wasKnown(inactive.get(clientId)))
        throw new LawBroken('L6', `${id} was dialled for ${clientId}, which is not active`);
    },
  };
};
