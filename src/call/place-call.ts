/** The use case that every request form ends in: place one call, once, and know what became of the request. */
import type { Assistant } from '../assistant/assistant.ts';
import { waitFor } from '../base/clock.ts';
import { CallwrightError } from '../base/errors.ts';
import type { CallOrder } from '../ports/carrier.ts';
import { type CallRow, findCall, insertCall, type NewCallRow } from '../store/calls.ts';
import { type EventRow, insertEvents } from '../store/events.ts';
import { everyone } from '../store/reach.ts';
import type { Db } from '../store/schema.ts';
import { checkAllowance } from './dial/client-limits.ts';
import type { DialDecision } from './dial/decide-dial.ts';
import { toDialRefused } from './dial/dial-refused.ts';
import { mayDial } from './dial/may-dial.ts';
import { findSpendFacts } from './dial/spend-policy.ts';
import { type PaceLimits, queueForAPlace, takeAPlace } from './dial/take-a-place.ts';
import { checkAtMsOf, statusOf } from './lifecycle.ts';
import { beginLifecycle, beginQueuedLifecycle, blockedLifecycle } from './lifecycle-beginnings.ts';
import type { Lifecycle } from './lifecycle-state.ts';
import type { CallParts, CallRunner } from './run-call.ts';
import { type SpeechVendors, someoneCanSpeak } from './speech-vendors.ts';

export interface CallRequest {
  /** Which request form asked. */
  dialect: string;
  clientId: string | null;
  requestId: string;
  /** E.164. */
  to: string;
  from: string;
  assistant: Assistant;
  /** The stored assistant that it is, where it is one. */
  assistantRef: { id: number; version: number } | null;
  /** What the assistant knows about this call. */
  parameters: Record<string, unknown>;
  /** Said first, instead of the assistant's own greeting. */
  welcomeMessage?: string | null;
  /** What the call is for, in the assistant's instructions. */
  agenda?: string | null;
  /** The caller's own number for it. */
  verification?: number | null;
  /** The caller's own notes. */
  metadata?: Record<string, unknown> | null;
  /** The person's own time zone, where the caller knows it. */
  recipientTimezone?: string | null;
  /** `relay`: the carrier hears and speaks; `media`: it sends us the sound. */
  engine: 'relay' | 'media';
  /** What the carrier is told at dialling, for the call with this id. */
  instructions(callId: string): CallOrder['instructions'];
}

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
  runner: CallRunner;
  speech: SpeechVendors;
  pace: PaceLimits;
}

/**
 * Stores the call, then asks the carrier for it once.
 * @throws DialRefused when a rule forbids it or nobody could speak, before anything is dialled
 * @throws CallNotPlaced when the carrier refused it
 * @throws CallNotConfirmed when nobody knows whether it rings
 */
export async function placeCall(parts: PlaceCallParts, request: CallRequest): Promise<CallRow> {
  const { store, runner } = parts;
  await checkRules(parts, request);
  const { stored, waitMs } = await takeAPlace(parts, parts.pace, (db) => storeWaiting(parts, db, request));
  parts.live.publish(stored.events);
  if (waitMs > 0) await waitFor(parts.clock, waitMs);
  const { id } = stored;
  const applied = await runner.apply(id, { type: 'dial' });
  await applied?.performed;
  const call = await findCall(store.db, everyone, id);
  if (!call) throw new CallwrightError('call/lost', 'the call was deleted while it was being placed');
  // The wait may have been long enough for somebody to forbid the call.
  if (call.status === 'blocked') throw toDialRefused(call.policy_decision as DialDecision);
  const { phase } = call.lifecycle as Lifecycle;
  if (phase === 'unknown' || phase === 'sending') throw new CallNotConfirmed(call);
  if (call.carrier_sid === null) throw new CallNotPlaced(call);
  return call;
}

/**
 * Stores the call to be dialled by itself when its turn comes, and gives it at once.
 * @throws DialRefused when a rule forbids it now; it is asked again when it is dialled
 */
export async function queueCall(parts: PlaceCallParts, request: CallRequest): Promise<CallRow> {
  await checkRules(parts, request);
  const { id, events } = await queueForAPlace(parts, parts.pace, async (db, turnAt) => {
    await checkAllowance(db, { clientId: request.clientId, nowMs: parts.clock.now(), dialsNow: false });
    const lifecycle = beginQueuedLifecycle(limitsOf(request), turnAt.getTime());
    return storeCall(parts, db, { request, lifecycle, event: 'call.queued', more: {} });
  });
  parts.live.publish(events);
  const call = await findCall(parts.store.db, everyone, id);
  if (!call) throw new CallwrightError('call/lost', 'the call was deleted while it was being stored');
  const waitMs = (call.check_at?.getTime() ?? 0) - parts.clock.now();
  // The sweeper would come to it as well, only later.
  parts.clock.startTimer(waitMs, () => void parts.runner.apply(id, { type: 'check' }).catch(() => {}));
  return call;
}

function limitsOf({ assistant }: CallRequest) {
  return { ringSeconds: assistant.ring_seconds, maxDurationSeconds: assistant.max_duration_seconds };
}

async function checkRules(parts: PlaceCallParts, request: CallRequest): Promise<void> {
  someoneCanSpeak(parts.speech, request);
  const { to, from, clientId, recipientTimezone } = request;
  const asking = { db: parts.store.db, policy: parts.dialPolicy };
  const atMs = parts.clock.now();
  const spend = await spendFactsOf(parts, request, atMs);
  const wanted = { to, from, clientId, recipientZone: recipientTimezone ?? null, spend };
  const decision = await mayDial(asking, wanted, atMs);
  if (decision.allowed) return;
  await storeBlocked(parts, request, decision);
  throw toDialRefused(decision);
}

/** As of now; when it is dialled they are asked again, and what it may cost is reserved. */
function spendFactsOf({ store, dialPolicy }: PlaceCallParts, request: CallRequest, atMs: number) {
  if (!dialPolicy.spend) return null;
  const call = {
    ...request,
    campaignId: null,
    metadata: request.metadata ?? null,
    instructions: request.instructions('call'),
    longestSeconds: limitsOf(request).maxDurationSeconds,
  };
  return findSpendFacts({ db: store.db, policy: dialPolicy.spend }, call, { atMs, lock: false });
}

async function storeWaiting(parts: PlaceCallParts, db: Db, request: CallRequest): Promise<StoredCall> {
  await checkAllowance(db, { clientId: request.clientId, nowMs: parts.clock.now(), dialsNow: true });
  const lifecycle = beginLifecycle(limitsOf(request), parts.clock.now());
  return storeCall(parts, db, { request, lifecycle, event: 'call.queued', more: {} });
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
  const call: NewCall = { request, lifecycle: blockedLifecycle(), event: 'call.blocked', more, policy: decision };
  const { events } = await parts.store.transaction((db) => storeCall(parts, db, call));
  parts.live.publish(events);
}

interface NewCall {
  request: CallRequest;
  lifecycle: Lifecycle;
  event: 'call.queued' | 'call.blocked';
  more: Partial<NewCallRow>;
  /** Why it was blocked. */
  policy?: DialDecision;
}

interface StoredCall {
  id: string;
  events: EventRow[];
}

async function storeCall(parts: PlaceCallParts, db: Db, call: NewCall): Promise<StoredCall> {
  const { request, lifecycle, event, more } = call;
  const at = new Date(parts.clock.now());
  const id = parts.newId('call');
  const status = statusOf(lifecycle);
  const checkAtMs = checkAtMsOf(lifecycle);
  await insertCall(db, {
    id,
    client_id: request.clientId,
    dialect: request.dialect,
    direction: 'outbound',
    to_number: request.to,
    from_number: request.from,
    status,
    lifecycle: JSON.stringify(lifecycle),
    revision: 0,
    carrier: parts.carrier.name,
    carrier_sid: null,
    assistant: JSON.stringify(request.assistant),
    parameters: JSON.stringify(request.parameters),
    request_id: request.requestId,
    instructions: JSON.stringify(request.instructions(id)),
    engine: request.engine,
    assistant_id: request.assistantRef?.id ?? null,
    assistant_version: request.assistantRef?.version ?? null,
    verification: request.verification ?? null,
    welcome_message: request.welcomeMessage ?? null,
    agenda: request.agenda ?? null,
    metadata: request.metadata ? JSON.stringify(request.metadata) : null,
    recipient_timezone: request.recipientTimezone ?? null,
    sessions_offered: 0,
    sessions_opened: 0,
    created_at: at,
    check_at: checkAtMs === null ? null : new Date(checkAtMs),
    ...more,
  });
  const { dialect, verification } = request;
  const own = verification == null ? {} : { verification };
  const blocked = call.policy ? { policy: call.policy } : {};
  const data = JSON.stringify({ status, dialect, code: more.error_code ?? null, ...own, ...blocked });
  const row = {
    id: parts.newId('event'),
    call_id: id,
    client_id: request.clientId,
    type: event,
    key: event,
    at,
    data,
  };
  return { id, events: await insertEvents(db, [row]) };
}
