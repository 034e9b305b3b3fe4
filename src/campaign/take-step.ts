/** One step of a campaign: the machine decides, the database keeps it, all in the transaction that holds its lock. */
import type { StoredCall } from '../call/store-call.ts';
import type { StepDone } from '../call/take-step.ts';
import { type CampaignRow, listCallsUnderWay, lockQueuedCalls, updateCampaign } from '../store/campaigns.ts';
import { endWaiting } from '../store/contacts.ts';
import { type EventRow, insertEvents, type NewEvent } from '../store/events.ts';
import type { Db } from '../store/schema.ts';
import type { CampaignParts } from './campaign-parts.ts';
import { dialContacts } from './dial-contacts.ts';
import { step } from './pace/pace.ts';
import type { CampaignEffect, CampaignEvent, CampaignEventName, CampaignState, Facts } from './pace/pace-state.ts';
import { factsAfterDialing, readFacts } from './read-facts.ts';
import { settingsOf, stateOf, toPaceRules } from './settings.ts';

/** What has to be done once the step is committed. */
export interface CampaignStep {
  row: CampaignRow;
  events: EventRow[];
  /** To be dialled in their turn. */
  calls: StoredCall[];
  /** Canceled before they were dialled. */
  canceled: StepDone[];
  /** To be ended at the carrier. */
  ending: string[];
}

/** A tick or a wish; the step itself reads the facts. */
export type CampaignWish =
  | { type: 'tick' }
  | Exclude<
      CampaignEvent extends infer E ? (E extends CampaignEvent ? Omit<E, 'atMs'> : never) : never,
      { facts: unknown }
    >;

/** So many are ended in one transaction. */
const endedAtOnce = 5000;

/** `row` is locked by the caller's transaction. */
export async function takeCampaignStep(
  parts: CampaignParts,
  db: Db,
  { row, wish }: { row: CampaignRow; wish: CampaignWish },
): Promise<CampaignStep> {
  const atMs = parts.clock.now();
  const taken: CampaignStep = { row, events: [], calls: [], canceled: [], ending: [] };
  const facts = wish.type === 'tick' ? await readFacts(parts, db, { row, atMs }) : null;
  const first = (facts === null ? { ...wish, atMs } : { type: 'tick', atMs, facts }) as CampaignEvent;
  let nextLookMs: number | null = null;
  const queue: CampaignEvent[] = [first];
  for (let event = queue.shift(); event; event = queue.shift()) {
    const made = step(stateOf(taken.row), event, toPaceRules(settingsOf(row)));
    await keepPhase(db, taken, { state: made.state, atMs });
    for (const effect of made.effects) {
      if (effect.type === 'look-again') nextLookMs = effect.atMs;
      const next = await perform(parts, db, { taken, effect, facts, atMs });
      if (next) queue.push(next);
    }
  }
  const next_tick_at = nextLookMs === null ? null : new Date(nextLookMs);
  const { pace, caller_ids_used: used } = taken.row;
  const callerIds = used === row.caller_ids_used ? {} : { caller_ids_used: JSON.stringify(used) };
  await updateCampaign(db, row.id, { pace: JSON.stringify(pace), ...callerIds, next_tick_at });
  taken.row = { ...taken.row, next_tick_at };
  return taken;
}

/** Another phase is stored at once: what becomes of calls and contacts in the same transaction goes by it. */
async function keepPhase(
  db: Db,
  taken: CampaignStep,
  { state, atMs }: { state: CampaignState; atMs: number },
): Promise<void> {
  const before = taken.row;
  if (state.phase === before.status) {
    taken.row = { ...before, pace: state };
    return;
  }
  const at = new Date(atMs);
  const isOver = state.phase === 'canceled' || state.phase === 'completed';
  const changes = {
    status: state.phase,
    pace: JSON.stringify(state),
    halt: state.phase === 'halted' ? JSON.stringify(state.halt) : null,
    revision: before.revision + 1,
    updated_at: at,
    ...(state.phase === 'running' && before.started_at === null ? { started_at: at } : {}),
    ...(isOver && before.ended_at === null ? { ended_at: at } : {}),
  };
  await updateCampaign(db, before.id, changes);
  const halt = state.phase === 'halted' ? { ...state.halt } : null;
  taken.row = { ...before, ...changes, pace: state, halt } as CampaignRow;
}

interface Performing {
  taken: CampaignStep;
  effect: CampaignEffect;
  /** As a tick read them. */
  facts: Facts | null;
  atMs: number;
}

/** Does one effect; gives what came of it as the next event, if anything did. */
async function perform(parts: CampaignParts, db: Db, performing: Performing): Promise<CampaignEvent | null> {
  const { taken, effect, facts, atMs } = performing;
  const { row } = taken;
  switch (effect.type) {
    case 'dial': {
      const dialed = await dialContacts(parts, db, { row, effect, atMs });
      if (dialed.halt) return { type: 'halt', halt: dialed.halt, atMs };
      taken.calls.push(...dialed.calls);
      taken.row = { ...row, caller_ids_used: dialed.callerIdsUsed };
      const before = facts ?? (await readFacts(parts, db, { row, atMs }));
      const calls = dialed.calls.length;
      return { type: 'dialed', calls, facts: await factsAfterDialing(db, { row, facts: before, calls, atMs }), atMs };
    }
    case 'cancel-queued':
      taken.canceled.push(...(await cancelQueued(parts, db, row)));
      return null;
    case 'end-ringing':
    case 'end-talking':
      taken.ending.push(...(await callsThatAre(db, row, effect.type === 'end-talking' ? 'talking' : 'ringing')));
      return null;
    case 'end-waiting':
      await endWaiting(db, row.id, { ...effect, now: new Date(atMs), limit: endedAtOnce });
      return null;
    case 'announce':
      taken.events.push(...(await insertEvents(db, [toEvent(parts, row, { type: effect.event, atMs })])));
      return null;
    case 'look-again':
      return null;
  }
}

async function cancelQueued(parts: CampaignParts, db: Db, row: CampaignRow): Promise<StepDone[]> {
  const done: StepDone[] = [];
  for (const id of await lockQueuedCalls(db, row.id)) {
    const ending = { reason: 'campaign_stopped', by: 'request', fault: null } as const;
    const stopped = await parts.runner.applyWithin(db, id, { type: 'cancel', ending });
    if (stopped) done.push(stopped);
  }
  return done;
}

async function callsThatAre(db: Db, row: CampaignRow, what: 'ringing' | 'talking'): Promise<string[]> {
  const calls = await listCallsUnderWay(db, row.id);
  const isQueued = (status: string) => status === 'queued' || status === 'scheduled';
  return calls
    .filter(({ status, answered }) => (what === 'talking' ? answered : !answered && !isQueued(status)))
    .map(({ id }) => id);
}

/** Once for each change of status. */
export function toEvent(
  { newId }: Pick<CampaignParts, 'newId'>,
  row: CampaignRow,
  { type, atMs }: { type: CampaignEventName; atMs: number },
): NewEvent {
  return {
    id: newId('event'),
    call_id: null,
    client_id: row.client_id,
    type,
    key: `${row.id} ${type} ${row.revision}`,
    at: new Date(atMs),
    data: JSON.stringify({ campaign_id: row.id, name: row.name, status: row.status, halt: row.halt }),
  };
}
