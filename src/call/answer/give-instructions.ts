/** Tells the carrier what to do with a call that was answered, or whose session is over. */

import type { Assistant } from '../../assistant/assistant.ts';
import type { Clock } from '../../base/clock.ts';
import type { CarrierInstruction } from '../../ports/carrier.ts';
import { type CallRow, findCall, offerSession } from '../../store/calls.ts';
import { everyone } from '../../store/reach.ts';
import type { Db } from '../../store/schema.ts';
import type { Lifecycle } from '../lifecycle-state.ts';
import { type SessionTokens, sessionOfferMs } from './session-token.ts';

export interface InstructionParts {
  db: Db;
  clock: Clock;
  tokens: SessionTokens;
  /** Path under which relay sockets are opened, without a trailing slash. */
  relayPath: string;
  /** Path of the media socket, without a trailing slash. */
  streamPath: string;
  /** Path that the carrier asks when a session is over. */
  afterPath: string;
}

/** A conversation whose socket broke is taken up again this often. */
const mostSessions = 3;

/**
 * For the voice webhook: connects an answered call to its assistant; a call that is over is hung up.
 * @param call as it was when the carrier's word had been stored
 */
export async function instructionsForAnswered(parts: InstructionParts, call: CallRow): Promise<CarrierInstruction> {
  if (!isLive(call)) return { type: 'hang-up' };
  // Once there was a session the same request is a replay: it gets the same answer, whose right is used up.
  return call.sessions_opened === 0 ? connect(parts, call) : converse(parts, call);
}

/** For the webhook after a session: goes on talking when the line to us broke, else hangs up. */
export async function instructionsAfterSession(
  parts: InstructionParts,
  callId: string,
  session: 'ended' | 'completed' | 'failed',
): Promise<CarrierInstruction> {
  if (session === 'completed') return { type: 'acknowledge' };
  const call = await findCall(parts.db, everyone, callId);
  const mayGoOn = call && session === 'failed' && isLive(call) && call.sessions_opened < mostSessions;
  // An offer that nobody took up in its time is not made again: the carrier does not reach our sockets.
  return mayGoOn && !isMissed(call, parts.clock.now()) ? connect(parts, call) : { type: 'hang-up' };
}

/** For a call that comes back to its assistant, because nobody took it over. */
export async function connectAgain(parts: InstructionParts, callId: string): Promise<CarrierInstruction> {
  const call = await findCall(parts.db, everyone, callId);
  if (!call || !isLive(call)) return { type: 'hang-up' };
  // While an offer stands, the same word again gets the same answer.
  return call.sessions_offered > call.sessions_opened ? converse(parts, call) : connect(parts, call);
}

function isMissed(call: CallRow, nowMs: number): boolean {
  return call.sessions_offered > call.sessions_opened && (call.session_expires_at?.getTime() ?? 0) <= nowMs;
}

function isLive(call: CallRow): boolean {
  const state = call.lifecycle as Lifecycle;
  return (state.phase === 'answered' || state.phase === 'placed') && state.ending === null;
}

async function connect(parts: InstructionParts, call: CallRow): Promise<CarrierInstruction> {
  const expiresAt = new Date(parts.clock.now() + sessionOfferMs);
  const offered = (await offerSession(parts.db, call.id, expiresAt)) ?? (await findCall(parts.db, everyone, call.id));
  return converse(parts, offered ?? call);
}

function converse(parts: InstructionParts, call: CallRow): CarrierInstruction {
  const assistant = call.assistant as Assistant;
  const id = encodeURIComponent(call.id);
  const token = parts.tokens.tokenFor(call.id, call.sessions_offered);
  if (call.engine === 'media') {
    // The socket's URL may carry no query and is the documented one, so the right to it travels beside it.
    const parameters = { To: call.to_number, From: call.from_number, callId: call.id, token };
    // As documented, nothing follows: the call ends with its stream.
    return { type: 'stream-audio', socketPath: parts.streamPath, parameters, afterPath: null };
  }
  return {
    type: 'converse-by-relay',
    socketPath: `${parts.relayPath}/${id}/${token}`,
    parameters: toTextParameters(call.parameters as Record<string, unknown>),
    afterPath: `${parts.afterPath}?callId=${id}`,
    language: assistant.language,
    voice: assistant.voice,
  };
}

/** Values that are not text are sent as JSON. */
function toTextParameters(parameters: Record<string, unknown>): Record<string, string> {
  const entries = Object.entries(parameters);
  return Object.fromEntries(
    entries.map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]),
  );
}
