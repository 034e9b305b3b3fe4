/** Takes one step of a call in a transaction: state, columns, log, announced events, and what follows from its end. */
import type { Updateable } from 'kysely';
import { type CallRow, updateCall } from '../store/calls.ts';
import { type EventRow, insertEvents, type NewEvent } from '../store/events.ts';
import type { CallsTable, Db } from '../store/schema.ts';
import { closeOpenTurns, countPersonTurns } from '../store/turns.ts';
import type { CallParts } from './call-parts.ts';
import type { DialDecision } from './dial/decide-dial.ts';
import { giveBackReservation } from './dial/reserve-dial.ts';
import { step } from './lifecycle.ts';
import type { Lifecycle, LifecycleEffect, LifecycleEvent, Step } from './lifecycle-state.ts';
import { toRowChanges } from './row-of-lifecycle.ts';
import { createStepNotes, type StepNotes } from './step-notes.ts';
import { outcomeOf } from './wrap-up/outcome.ts';

export interface StepDone {
  call: CallRow;
  step: Step;
  events: EventRow[];
}

interface Happened {
  /** Locked by this transaction. */
  call: CallRow;
  event: LifecycleEvent;
  /** Columns that came with the event and decide nothing. */
  facts?: { durationSeconds?: number | null };
  /** What the rules said of a dial. */
  decision?: DialDecision | null;
  /** Where other steps of the transaction are noted too, which whoever began them writes; else it is noted at once. */
  notes?: StepNotes;
}

export async function takeStep(parts: CallParts, db: Db, happened: Happened): Promise<StepDone> {
  const { call, event } = happened;
  const before = call.lifecycle as Lifecycle;
  const made = step(before, event);
  if (made.state === before && made.effects.length === 0) return { call, step: made, events: [] };
  const isOver = made.state.phase === 'over' && before.phase !== 'over';
  const changes = await toChanges(parts, db, { happened, made, isOver });
  await updateCall(db, call.id, changes);
  const at = new Date(event.atMs);
  const notes = happened.notes ?? createStepNotes(db);
  notes.log({
    ...{ call_id: call.id, seq: call.revision + 1, at, machine: 'lifecycle' },
    ...{ event: JSON.stringify(event), effects: JSON.stringify(made.effects) },
  });
  const policy = happened.decision ?? call.policy_decision;
  const after = { ...call, ...changes, lifecycle: made.state, policy_decision: policy } as CallRow;
  const told = toEvents(parts, after, { effects: made.effects, at });
  const more = isOver ? await followUp(parts, db, { call: after, atMs: event.atMs }) : [];
  const events = notes.tell([...told, ...more]);
  if (!happened.notes) await notes.write();
  if (isOver && parts.lastFollowUp) {
    events.push(...(await insertEvents(db, await parts.lastFollowUp(db, after, event.atMs))));
  }
  // What it might have cost is free again while it waits.
  if (made.state.phase === 'accepted' && before.phase !== 'accepted')
    await giveBackReservation(db, call.id, event.atMs);
  return { call: after, step: made, events };
}

async function toChanges(
  { nodeId }: CallParts,
  db: Db,
  { happened, made, isOver }: { happened: Happened; made: Step; isOver: boolean },
): Promise<Updateable<CallsTable>> {
  const { call, event, decision, facts } = happened;
  const at = new Date(event.atMs);
  const changes = toRowChanges(call, made, { at, durationSeconds: facts?.durationSeconds ?? null });
  if (event.type === 'dial' || event.type === 'session-opened') changes.node_id = nodeId;
  if (event.type === 'server-started') changes.node_id = null;
  if (decision) changes.policy_decision = JSON.stringify(decision);
  if (made.state.phase === 'over' && isOver) {
    const wasAnswered = call.answered_at !== null || call.sessions_opened > 0;
    const personTurns = wasAnswered ? await closeTurns(db, call.id, at) : 0;
    const { answered_by: answeredBy, voicemail_message: voicemailMessage } = call;
    changes.outcome = outcomeOf(made.state.status, made.state.ending, { personTurns, answeredBy, voicemailMessage });
  }
  return changes;
}

/** How many the person had. */
async function closeTurns(db: Db, callId: string, at: Date): Promise<number> {
  await closeOpenTurns(db, callId, at);
  return await countPersonTurns(db, callId);
}

async function followUp({ followUps }: CallParts, db: Db, input: { call: CallRow; atMs: number }): Promise<NewEvent[]> {
  const events: NewEvent[] = [];
  for (const next of followUps) events.push(...(await next(db, input.call, input.atMs)));
  return events;
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
      ...(call.campaign_id === null ? {} : { campaign_id: call.campaign_id, contact_id: call.contact_id }),
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
