/** Rights to listen in on a live call: a browser cannot send its key along when it opens a socket, so it sends one of these. */
import { hashOf } from '../account/api-key.ts';
import type { Principal } from '../account/principal.ts';
import type { Clock } from '../base/clock.ts';
import type { Random } from '../base/random.ts';
import { insertAudioTicket } from '../store/audio-tickets.ts';
import type { Db } from '../store/schema.ts';

/** How long one is good. */
export const ticketMs = 60_000;

export interface AudioTicket {
  /** Told once; only its hash is kept. */
  ticket: string;
  expiresAt: Date;
}

export async function issueAudioTicket(
  { db, clock, random }: { db: Db; clock: Clock; random: Random },
  wanted: { callId: string; principal: Principal; maySpeak: boolean },
): Promise<AudioTicket> {
  const ticket = Buffer.from(random.bytes(32)).toString('base64url');
  const now = new Date(clock.now());
  const expiresAt = new Date(now.getTime() + ticketMs);
  const { kind, id, clientId } = wanted.principal;
  const row = {
    ...{ token_hash: hashOf(ticket), call_id: wanted.callId, client_id: clientId },
    ...{ actor_kind: kind, actor_id: id, may_speak: wanted.maySpeak, expires_at: expiresAt },
  };
  await insertAudioTicket(db, row, now);
  return { ticket, expiresAt };
}
