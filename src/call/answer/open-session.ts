/** Decides whether a socket may become the session of a call: the right token, in time, for the first time. */
import type { Clock } from '../../base/clock.ts';
import { type CallRow, findCall, takeUpOnlySession, takeUpSession } from '../../store/calls.ts';
import { everyone } from '../../store/reach.ts';
import type { Db } from '../../store/schema.ts';
import type { Lifecycle } from '../lifecycle-state.ts';
import type { SessionTokens } from './session-token.ts';

export interface OpenedSession {
  call: CallRow;
  /** 1 for the first session of a call, more when it goes on after a break. */
  number: number;
}

export interface SessionClaim {
  callId: string;
  token: string;
  /** The carrier's id of the call on whose line the socket says it is, where it says so. */
  carrierSid?: string;
}

/** The session that this token gives a right to, taken up; null when it gives none, and nothing is changed then. */
export async function openSession(
  parts: { db: Db; clock: Clock; tokens: SessionTokens },
  claim: SessionClaim,
): Promise<OpenedSession | null> {
  const call = await findCall(parts.db, everyone, claim.callId);
  if (!call || call.id !== claim.callId) return null;
  if (claim.carrierSid !== undefined && call.carrier_sid !== claim.carrierSid) return null;
  const number = call.sessions_offered;
  const isLive = isOnTheLine(call) && call.carrier_sid !== null;
  if (!isLive || !parts.tokens.isGenuine(claim.token, call.id, number)) return null;
  const now = new Date(parts.clock.now());
  return (await takeUpSession(parts.db, { callId: call.id, number, now })) ? { call, number } : null;
}

/**
 * The one session of a call whose socket was named to the carrier when it was dialled: the pair of `verification` and
 * call must be right, the call must be under way, and nobody may have had it before. Null otherwise.
 */
export async function openOnlySession(
  db: Db,
  claim: { callId: string; verification: string },
): Promise<OpenedSession | null> {
  const call = await findCall(db, everyone, claim.callId);
  if (!call || call.id !== claim.callId || call.engine !== 'media') return null;
  if (call.verification === null || String(call.verification) !== claim.verification) return null;
  if (!isOnTheLine(call)) return null;
  return (await takeUpOnlySession(db, call.id)) ? { call, number: 1 } : null;
}

/** Dialled, and neither over nor about to be: a line can open before the carrier's answer to our request has come. */
function isOnTheLine(call: CallRow): boolean {
  const state = call.lifecycle as Lifecycle;
  if (state.phase === 'sending' || state.phase === 'unknown') return !state.cancelWanted;
  return (state.phase === 'placed' || state.phase === 'answered') && state.ending === null;
}
