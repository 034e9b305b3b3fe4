/** Performs what the lifecycle decides: each step is one transaction, carrier commands follow after its commit. */
import type { Assistant } from '../assistant/assistant.ts';
import type { Clock } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { NewId } from '../base/ids.ts';
import type { Logger } from '../base/log.ts';
import type { LiveEvents } from '../notify/live-events.ts';
import { type CallOrder, type Carrier, type CarrierCall, CarrierRefused } from '../ports/carrier.ts';
import { appendToLog } from '../store/call-log.ts';
import { type CallRow, countCallsOnLines, findCall, lockCall, updateCall } from '../store/calls.ts';
import { type EventRow, insertEvents, type NewEvent } from '../store/events.ts';
import type { Store } from '../store/open-store.ts';
import { everyone } from '../store/reach.ts';
import type { Db } from '../store/schema.ts';
import { closeOpenTurns, countPersonTurns } from '../store/turns.ts';
import { allowanceOf, hasFreeLine } from './dial/client-limits.ts';
import type { DialDecision } from './dial/decide-dial.ts';
import type { DialPolicy } from './dial/may-dial.ts';
import { decideAndReserve } from './dial/reserve-dial.ts';
import type { FollowUp } from './follow-ups.ts';
import { step } from './lifecycle.ts';
import type { Lifecycle, LifecycleEffect, LifecycleEvent, Step } from './lifecycle-state.ts';
import { toRowChanges } from './row-of-lifecycle.ts';
import { outcomeOf } from './wrap-up/outcome.ts';

export interface CallParts {
  store: Store;
  carrier: Carrier;
  clock: Clock;
  newId: NewId;
  log: Logger;
  live: LiveEvents;
  /** How many calls may hold a line at once. */
  maxCallsOnLines: number;
  dialPolicy: DialPolicy;
  /** Run one after another in the transaction in which a call becomes over. */
  followUps: readonly FollowUp[];
}

/** A lifecycle event without its time, which the runner adds. */
export type CallHappening = LifecycleEvent extends infer E
  ? E extends LifecycleEvent
    ? Omit<E, 'atMs'>
    : never
  : never;

export interface Applied {
  state: Lifecycle;
  /** Settles when the carrier commands of this step, and what followed from them, are done; never rejects. */
  performed: Promise<void>;
}

export interface CallRunner {
  /**
   * Brings one event to a call; null when there is no such call.
   * `facts` are columns that came with the event and decide nothing.
   */
  apply(callId: string, happening: CallHappening, facts?: { durationSeconds?: number | null }): Promise<Applied | null>;
  /** Settles when no carrier command is under way. */
  idle(): Promise<void>;
}

export function createCallRunner(parts: CallParts): CallRunner {
  const { store, clock, live, log } = parts;
  const underWay = new Set<Promise<void>>();

  const apply: CallRunner['apply'] = async (callId, happening, facts) => {
    const event = { ...happening, atMs: clock.now() } as LifecycleEvent;
    const done = await store.transaction((db) => takeStep(parts, db, { callId, event, facts: facts ?? {} }));
    if (!done) return null;
    live.publish(done.events);
    const performed = performAll(done.call, done.step.effects);
    underWay.add(performed);
    void performed.then(() => underWay.delete(performed));
    return { state: done.step.state, performed };
  };

  const performAll = async (call: CallRow, effects: LifecycleEffect[]) => {
    for (const effect of effects) {
      try {
        const came = await perform(parts, call, effect);
        const applied = came ? await apply(call.id, came.happening, came.facts) : null;
        await applied?.performed;
      } catch (error) {
        // The call's check time stands: the sweeper comes back to it.
        log.warn({ callId: call.id, effect: effect.type, reason: messageOf(error) }, 'carrier command failed');
      }
    }
  };

  return {
    apply,
    async idle() {
      while (underWay.size > 0) await Promise.all(underWay);
    },
  };
}

interface StepDone {
  call: CallRow;
  step: Step;
  events: EventRow[];
}

async function takeStep(
  parts: CallParts,
  db: Db,
  input: { callId: string; event: LifecycleEvent; facts: { durationSeconds?: number | null } },
): Promise<StepDone | null> {
  const call = await lockCall(db, input.callId);
  if (!call) return null;
  const before = call.lifecycle as Lifecycle;
  const decided = await decideIfDialed(parts, db, { call, event: input.event });
  const { decision } = decided;
  const event = decision && !decision.allowed ? toForbidden(decision, input.event.atMs) : input.event;
  const made = step(before, event);
  if (made.state === before && made.effects.length === 0) return { call, step: made, events: [] };
  const at = new Date(event.atMs);
  const changes = toRowChanges(call, made, { at, durationSeconds: input.facts.durationSeconds ?? null });
  if (decision) changes.policy_decision = JSON.stringify(decision);
  const isOver = made.state.phase === 'over' && before.phase !== 'over';
  if (made.state.phase === 'over' && isOver) {
    await closeOpenTurns(db, call.id, at);
    const personTurns = await countPersonTurns(db, call.id);
    changes.outcome = outcomeOf(made.state.status, made.state.ending, personTurns);
  }
  await updateCall(db, call.id, changes);
  await appendToLog(db, [
    {
      call_id: call.id,
      seq: call.revision + 1,
      at,
      machine: 'lifecycle',
      event: JSON.stringify(event),
      effects: JSON.stringify(made.effects),
    },
  ]);
  const policy = decision ?? call.policy_decision;
  const after = { ...call, ...changes, lifecycle: made.state, policy_decision: policy } as CallRow;
  const told = toEvents(parts, after, { effects: made.effects, at });
  const more = isOver ? await followUp(parts, db, { call: after, atMs: event.atMs }) : [];
  const events = await insertEvents(db, [...told, ...decided.events, ...more]);
  return { call: after, step: made, events };
}

async function followUp({ followUps }: CallParts, db: Db, input: { call: CallRow; atMs: number }): Promise<NewEvent[]> {
  const events: NewEvent[] = [];
  for (const next of followUps) events.push(...(await next(db, input.call, input.atMs)));
  return events;
}

/** The one place where the rules are asked for the last time: what is committed now decides, and the call is sent. */
async function decideIfDialed(
  parts: CallParts,
  db: Db,
  { call, event }: { call: CallRow; event: LifecycleEvent },
): Promise<{ decision: DialDecision | null; events: NewEvent[] }> {
  const state = call.lifecycle as Lifecycle;
  if (event.type !== 'dial' || state.phase !== 'accepted') return { decision: null, events: [] };
  const asked = { callId: call.id, wanted: toWantedDial(call), spending: toSpending(call, state.limits) };
  return decideAndReserve({ db, policy: parts.dialPolicy, newId: parts.newId }, asked, event.atMs);
}

const toWantedDial = (call: CallRow) => ({
  to: call.to_number,
  from: call.from_number,
  clientId: call.client_id,
  recipientZone: call.recipient_timezone,
});

const toSpending = (call: CallRow, { maxDurationSeconds }: { maxDurationSeconds: number }) => ({
  campaignId: call.campaign_id,
  assistant: call.assistant as Assistant,
  engine: call.engine as 'relay' | 'media',
  metadata: call.metadata,
  instructions: call.instructions as CallOrder['instructions'] | null,
  longestSeconds: maxDurationSeconds,
});

function toForbidden({ code, detail }: DialDecision, atMs: number): LifecycleEvent {
  return { type: 'forbidden', atMs, error: { code: code ?? 'dial/forbidden', message: detail ?? '' } };
}

function toEvents(parts: CallParts, call: CallRow, what: { effects: LifecycleEffect[]; at: Date }) {
  return what.effects.flatMap((effect) => {
    if (effect.type !== 'announce') return [];
    const ended = {
      outcome: call.outcome,
      ended_reason: call.ended_reason,
      ended_by: call.ended_by,
      fault: call.fault,
      duration_seconds: call.duration_seconds,
    };
    const data = {
      status: call.status,
      carrier_sid: call.carrier_sid,
      ...(call.verification === null ? {} : { verification: call.verification }),
      ...(effect.event === 'call.ended' ? ended : {}),
      ...(effect.event === 'call.blocked' ? { code: call.error_code, policy: call.policy_decision } : {}),
    };
    return [
      {
        id: parts.newId('event'),
        call_id: call.id,
        client_id: call.client_id,
        type: effect.event,
        key: effect.event,
        at: what.at,
        data: JSON.stringify(data),
      },
    ];
  });
}

interface CameOfIt {
  happening: CallHappening;
  facts?: { durationSeconds: number | null };
}

/** Does one effect; gives what came of it as the next event, if anything did. */
async function perform(parts: CallParts, call: CallRow, effect: LifecycleEffect): Promise<CameOfIt | null> {
  const { carrier } = parts;
  switch (effect.type) {
    case 'place-call':
      return { happening: await placeAtCarrier(carrier, call) };
    case 'try-to-dial':
      return { happening: await tryToDial(parts, call) };
    case 'ask-carrier':
      return toReport(await carrier.fetchCall(effect.carrierSid));
    case 'look-for-call':
      return toReport(await lookForCall(parts, call, effect.sentAtMs));
    case 'end-at-carrier':
      await carrier.endCall(effect.carrierSid);
      return null;
    case 'announce':
    case 'note-error':
      return null;
  }
}

/** Its turn has come, and a line must be free; whether the rules allow it is asked when it is dialled. */
async function tryToDial(parts: CallParts, call: CallRow): Promise<CallHappening> {
  return (await isLineFree(parts, call)) ? { type: 'dial' } : { type: 'postponed' };
}

async function isLineFree({ store, clock, maxCallsOnLines }: CallParts, call: CallRow): Promise<boolean> {
  if ((await countCallsOnLines(store.db)) >= maxCallsOnLines) return false;
  return call.client_id === null || hasFreeLine(await allowanceOf(store.db, call.client_id, clock.now()));
}

function toReport(found: CarrierCall | null): CameOfIt {
  if (!found) return { happening: { type: 'carrier-knows-nothing' } };
  const { carrierSid, status, durationSeconds } = found;
  return { happening: { type: 'carrier-reported', carrierSid, status, error: null }, facts: { durationSeconds } };
}

/** The carrier's call with this one's ends and time that is no other call of ours. */
async function lookForCall(parts: CallParts, call: CallRow, sentAtMs: number): Promise<CarrierCall | null> {
  // The carrier's clock may differ a little from ours.
  const sinceMs = sentAtMs - 5000;
  const found = await parts.carrier.findCalls({ to: call.to_number, from: call.from_number, sinceMs });
  for (const candidate of found) {
    if (candidate.createdAtMs > sentAtMs + 90_000) continue;
    const owner = await findCall(parts.store.db, everyone, candidate.carrierSid);
    if (!owner || owner.id === call.id) return candidate;
  }
  return null;
}

async function placeAtCarrier(carrier: Carrier, call: CallRow): Promise<CallHappening> {
  const { limits } = call.lifecycle as Extract<Lifecycle, { limits: unknown }>;
  try {
    const placed = await carrier.placeCall({
      to: call.to_number,
      from: call.from_number,
      instructions: call.instructions as CallOrder['instructions'],
      statusPath: `${carrier.routes.status.path}?callId=${encodeURIComponent(call.id)}`,
      ringSeconds: limits.ringSeconds,
      maxDurationSeconds: limits.maxDurationSeconds + 30,
    });
    return { type: 'carrier-accepted', carrierSid: placed.carrierSid };
  } catch (error) {
    if (error instanceof CarrierRefused) {
      return { type: 'carrier-refused', code: error.carrierCode, message: error.message };
    }
    // Whatever else went wrong, a phone may be ringing.
    return { type: 'dial-outcome-unknown', message: messageOf(error) };
  }
}
