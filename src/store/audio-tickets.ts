/** Queries on rights to listen in on a call; whoever has the ticket itself was given it by one who may see the call. */
import type { Selectable } from 'kysely';
import type { AudioTicketsTable } from './audio-ticket-table.ts';
import type { Db } from './schema.ts';

export type AudioTicketRow = Selectable<AudioTicketsTable>;

/** Old ones are of no more use and are removed with it. */
export async function insertAudioTicket(db: Db, ticket: Omit<AudioTicketRow, 'used_at'>, now: Date): Promise<void> {
  await db.deleteFrom('audio_tickets').where('expires_at', '<', now).execute();
  await db
    .insertInto('audio_tickets')
    .values({ ...ticket, used_at: null })
    .execute();
}

/** A ticket for this call that is still good. */
export function findAudioTicket(
  db: Db,
  { tokenHash, callId, now }: { tokenHash: string; callId: string; now: Date },
): Promise<AudioTicketRow | undefined> {
  return db
    .selectFrom('audio_tickets')
    .selectAll()
    .where('token_hash', '=', tokenHash)
    .where('call_id', '=', callId)
    .where('used_at', 'is', null)
    .where('expires_at', '>', now)
    .executeTakeFirst();
}

/** Whether this was the first use of it. */
export async function useUpAudioTicket(db: Db, tokenHash: string, now: Date): Promise<boolean> {
  const used = await db
    .updateTable('audio_tickets')
    .set({ used_at: now })
    .where('token_hash', '=', tokenHash)
    .where('used_at', 'is', null)
    .executeTakeFirst();
  return used.numUpdatedRows > 0n;
}
