/** Decides whether a socket may become the session of a call: the right token, in time, for the first time. */
import type { Clock } from '../../base/clock.ts';
import { type CallRow, findCall, takeUpSession } from '../../store/calls.ts';
import type { Db } from '../../store/schema.ts';
import type { Lifecycle } from '../lifecycle-state.ts';
import type { SessionTokens } from './session-token.ts';

export interface OpenedSession {
  call: CallRow;
  /** 1 for the first session of a call, more when it goes on after a break. */
  number: number;
}

/** The session that this token gives a right to, taken up; null when it gives none. */
export async function openSession(
  parts: { db: Db; clock: Clock; tokens: SessionTokens },
  claim: { callId: string; token: string },
): Promise<OpenedSession | null> {
  const call = await findCall(parts.db, claim.callId);
  if (!call || call.id !== claim.callId) return null;
  const number = call.sessions_offered;
  const state = call.lifecycle as Lifecycle;
  const isLive = state.phase === 'answered' || state.phase === 'placed';
  if (!isLive || !parts.tokens.isGenuine(claim.token, call.id, number)) return null;
  const now = new Date(parts.clock.now());
  return (await takeUpSession(parts.db, { callId: call.id, number, now })) ? { call, number } : null;
}
