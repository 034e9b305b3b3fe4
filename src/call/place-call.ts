/** The use case that every request form ends in: place one call, once, and know what became of the request. */
import { CallwrightError, type ErrorCode } from '../base/errors.ts';
import { type CallRow, findCall } from '../store/calls.ts';
import { everyone } from '../store/reach.ts';
import type { Db } from '../store/schema.ts';
import type { CallParts } from './call-parts.ts';
import type { CallRequest } from './call-request.ts';
import { checkAllowance } from './dial/client-limits.ts';
import type { DialDecision } from './dial/decide-dial.ts';
import { DialRefused, toDialRefused } from './dial/dial-refused.ts';
import { mayDial } from './dial/may-dial.ts';
import { checkTurn, longestWaitMs } from './dial/may-wait.ts';
import { findSpendFacts } from './dial/spend-policy.ts';
import type { Dispatcher } from './dispatch.ts';
import { statusOf } from './lifecycle.ts';
import { beginLifecycle, beginQueuedLifecycle, blockedLifecycle } from './lifecycle-beginnings.ts';
import type { Lifecycle } from './lifecycle-state.ts';
import { toScheduleColumns, whenToDial } from './schedule-call.ts';
import { type SpeechVendors, someoneCanSpeak } from './speech-vendors.ts';
import { type NewCall, type StoredCall, storeCall, storeCalls } from './store-call.ts';

export type { CallRequest } from './call-request.ts';

/** The carrier did not take the call; nobody was rung. */
export class CallNotPlaced extends CallwrightError {
  readonly callId: string;
  /** The carrier's own code; null when it gave none or was not reached. */
  readonly carrierCode: number | null;
  constructor(call: CallRow) {
    super('dial/carrier-refused', call.error_message ?? 'the carrier refused the call');
    this.callId = call.id;
    const [, code] = /^carrier\/(\d+)$/.exec(call.error_code ?? '') ?? [];
    this.carrierCode = code === undefined ? null : Number(code);
  }
}

/** The carrier gave no clear answer: the phone may ring, so asking again could ring it twice. */
export class CallNotConfirmed extends CallwrightError {
  readonly callId: string;
  constructor(call: CallRow) {
    super(
      'dial/not-confirmed',
      `The carrier did not confirm the call ${call.id}. It may still ring; do not ask again before its status is known.`,
    );
    this.callId = call.id;
  }
}

export interface PlaceCallParts extends CallParts {
  dispatcher: Dispatcher;
  speech: SpeechVendors;
}

/**
 * Stores the call, then waits until its turn has come and the carrier was asked for it, once.
 * @throws DialRefused when a rule or a limit forbids it or nobody could speak, before anything is dialled
 * @throws CallNotPlaced when the carrier refused it
 * @throws CallNotConfirmed when nobody knows whether it rings
 */
export async function placeCall(parts: PlaceCallParts, request: CallRequest): Promise<CallRow> {
  const { store, live, newId, clock } = parts;
  const decision = await checkRules(parts, request);
  const id = newId('call');
  const storeIt = async () => {
    const lifecycle = beginLifecycle(limitsOf(request), clock.now());
    const stored = await store.transaction(async (db) => {
      await checkTurn(parts, db, request);
      return storeCall(parts, db, { id, request, lifecycle, event: 'call.queued' });
    });
    live.publish(stored.events);
  };
  await withEvidence(parts, { request, decision }, () => parts.dispatcher.storeAndDial(id, storeIt));
  const call = await findStored(parts, id);
  // The wait may have been long enough for somebody to forbid the call.
  if (call.status === 'blocked') throw toRefused(call);
  const { phase } = call.lifecycle as Lifecycle;
  if (phase === 'unknown' || phase === 'sending') throw new CallNotConfirmed(call);
  if (call.carrier_sid === null) throw new CallNotPlaced(call);
  return call;
}

function toRefused(call: CallRow): DialRefused {
  const decision = call.policy_decision as DialDecision | null;
  if (decision && !decision.allowed) return toDialRefused(decision);
  const code = (call.error_code ?? 'dial/forbidden') as ErrorCode;
  return new DialRefused(code, call.error_message ?? '', { retryAfterSeconds: longestWaitMs / 1000 });
}

/**
 * Stores the call to be dialled by itself when its turn comes, and gives it at once.
 * @param alongside what is stored with it, or not at all
 * @throws DialRefused when a rule forbids it now; it is asked again when it is dialled
 */
export async function queueCall(
  parts: PlaceCallParts,
  request: CallRequest,
  alongside: (db: Db, callId: string) => Promise<void> = async () => {},
): Promise<CallRow> {
  const decision = await checkRules(parts, request);
  const { row, events } = await withEvidence(parts, { request, decision }, () =>
    parts.store.transaction(async (db) => {
      await checkAllowance(db, { clientId: request.clientId, nowMs: parts.clock.now(), dialsNow: false });
      const stored = await storeQueuedCall(parts, db, request);
      await alongside(db, stored.id);
      return stored;
    }),
  );
  parts.live.publish(events);
  parts.dispatcher.wake();
  return row;
}

/**
 * Puts a call into the queue in a transaction of the caller's, who publishes its events after the commit. The rules
 * are asked when it is dialled, which is not before its turn.
 */
export function storeQueuedCall(parts: CallParts, db: Db, request: QueuedRequest): Promise<StoredCall> {
  return storeCall(parts, db, toQueuedCall(parts, request));
}

/** The same for many, in their order. */
export function storeQueuedCalls(parts: CallParts, db: Db, requests: readonly QueuedRequest[]): Promise<StoredCall[]> {
  return storeCalls(
    parts,
    db,
    requests.map((request) => toQueuedCall(parts, request)),
  );
}

type QueuedRequest = CallRequest & { turnAtMs?: number };

function toQueuedCall(parts: CallParts, request: QueuedRequest): NewCall {
  const atMs = request.turnAtMs ?? parts.clock.now();
  const when = whenToDial(request, parts.dialPolicy, atMs);
  const lifecycle = beginQueuedLifecycle(limitsOf(request), { atMs, ...when });
  const event = statusOf(lifecycle) === 'scheduled' ? 'call.scheduled' : 'call.queued';
  return { id: parts.newId('call'), request, lifecycle, event, more: toScheduleColumns(request, when) };
}

async function findStored({ store }: CallParts, id: string): Promise<CallRow> {
  const call = await findCall(store.db, everyone, id);
  if (!call) throw new CallwrightError('call/lost', 'the call was deleted while it was being placed');
  return call;
}

function limitsOf({ assistant }: CallRequest) {
  return { ringSeconds: assistant.ring_seconds, maxDurationSeconds: assistant.max_duration_seconds };
}

async function checkRules(parts: PlaceCallParts, request: CallRequest): Promise<DialDecision> {
  someoneCanSpeak(parts.speech, request);
  const decision = await decideNow(parts, request);
  // What passes by then does not matter for later.
  if (decision.allowed || (request.schedule && decision.retry_after_seconds !== null)) return decision;
  await storeBlocked(parts, request, decision);
  throw toDialRefused(decision);
}

/** Of the database one connection is held for all its questions, so that they wait for it once. */
function decideNow(parts: PlaceCallParts, request: CallRequest): Promise<DialDecision> {
  const { to, from, clientId, recipientTimezone } = request;
  const atMs = parts.clock.now();
  return parts.store.db.connection().execute(async (db) => {
    const spend = await spendFactsOf(parts, db, { request, atMs });
    const wanted = { to, from, clientId, recipientZone: recipientTimezone ?? null, spend, keepsHours: false };
    return mayDial({ db, policy: parts.dialPolicy }, wanted, atMs);
  });
}

/** What would be said of such a call now, by every rule and limit; nothing is stored, and nothing is dialled. */
export async function checkCall(parts: PlaceCallParts, request: CallRequest): Promise<DialDecision> {
  const decision = await decideNow(parts, request);
  const nowMs = parts.clock.now();
  try {
    someoneCanSpeak(parts.speech, request);
    await checkAllowance(parts.store.db, { clientId: request.clientId, nowMs, dialsNow: false });
    return decision;
  } catch (error) {
    if (error instanceof DialRefused) return withLimit(decision, error);
    throw error;
  }
}

/** A call that a limit of pace, lines or numbers refuses leaves the same evidence as one that a rule forbids. */
async function withEvidence<T>(
  parts: PlaceCallParts,
  asked: { request: CallRequest; decision: DialDecision },
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof DialRefused) await storeBlocked(parts, asked.request, withLimit(asked.decision, error));
    throw error;
  }
}

function withLimit(decision: DialDecision, { code, message, mend, retryAfterSeconds }: DialRefused): DialDecision {
  const reason = { rule: 'limits', verdict: 'forbids', code, detail: message } as const;
  const reasons = [...decision.reasons, reason];
  // What a rule forbids is not allowed by a limit that passes.
  if (!decision.allowed) return { ...decision, reasons };
  return { ...decision, allowed: false, code, detail: message, mend, retry_after_seconds: retryAfterSeconds, reasons };
}

/** As of now; when it is dialled they are asked again, and what it may cost is reserved. */
function spendFactsOf({ dialPolicy }: CallParts, db: Db, asked: { request: CallRequest; atMs: number }) {
  const { request, atMs } = asked;
  if (!dialPolicy.spend) return null;
  const call = {
    ...request,
    campaignId: null,
    metadata: request.metadata ?? null,
    instructions: request.instructions('call'),
    longestSeconds: limitsOf(request).maxDurationSeconds,
  };
  return findSpendFacts({ db, policy: dialPolicy.spend }, call, atMs);
}

/** What was refused, when and why stays on record. */
async function storeBlocked(parts: PlaceCallParts, request: CallRequest, decision: DialDecision): Promise<void> {
  const now = new Date(parts.clock.now());
  const more = {
    ended_at: now,
    outcome: 'blocked',
    ended_reason: 'forbidden',
    ended_by: 'server',
    error_code: decision.code,
    error_message: decision.detail,
    policy_decision: JSON.stringify(decision),
  };
  const blocked = { lifecycle: blockedLifecycle(), event: 'call.blocked' as const, more, policy: decision };
  const call: NewCall = { id: parts.newId('call'), request, ...blocked };
  const { events } = await parts.store.transaction((db) => storeCall(parts, db, call));
  parts.live.publish(events);
}
