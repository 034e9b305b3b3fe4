/**
 * Takes calls whose turn has come out of the queue, in one transaction: it holds the account's row, so over all nodes
 * one such decision is made at a time, by what is committed then. What it gives has to be asked of the carrier at once.
 */
import type { Assistant } from '../assistant/assistant.ts';
import type { CallOrder } from '../ports/carrier.ts';
import { countLines, lockDueCalls } from '../store/call-queue.ts';
import type { CallRow } from '../store/calls.ts';
import { lockDials } from '../store/dial-attempts.ts';
import { type EventRow, insertEvents } from '../store/events.ts';
import { listNumberLimits, listNumbersWaiting, type NumberLimits, saveNumberPaces } from '../store/number-paces.ts';
import { lockPace, savePace } from '../store/pace.ts';
import type { Db } from '../store/schema.ts';
import type { CallParts } from './call-parts.ts';
import { requestsAllowed, whileAsking } from './dial/account-health.ts';
import type { DialDecision } from './dial/decide-dial.ts';
import { findLineLimits } from './dial/find-line-limits.ts';
import { findNumberTurns } from './dial/find-number-turns.ts';
import { toHealth } from './dial/note-outcome.ts';
import type { NumberTurns } from './dial/number-turns.ts';
import { placesAt } from './dial/pace.ts';
import { createReservations, type Reservations } from './dial/reserve-dial.ts';
import { nextMoment } from './dial/schedule.ts';
import { createLineBook, type LineBook } from './dial/share-lines.ts';
import { type Accepted, giveUpAtMsOf } from './lifecycle-beginnings.ts';
import type { LifecycleEvent } from './lifecycle-state.ts';
import { createStepNotes, type StepNotes } from './step-notes.ts';
import { type StepDone, takeStep } from './take-step.ts';

interface Claim {
  steps: StepDone[];
  /** What else is to be told once this is committed. */
  events: EventRow[];
  /** When it is worth asking again; null: when a line has become free or another call is due. */
  againAtMs: number | null;
}

/** A transaction that takes longer than these holds everybody up. */
const mostAtOnce = 16;

export async function claimCalls(parts: CallParts, db: Db, nowMs: number): Promise<Claim> {
  const { pace } = parts;
  const now = new Date(nowMs);
  const row = await lockPace(db, pace.account, now);
  const health = toHealth(row.health);
  const allowed = requestsAllowed(health, nowMs);
  if (allowed.most === 0) return { steps: [], events: [], againAtMs: allowed.againAtMs };
  const places = placesAt(pace, row.nextAt.getTime(), nowMs);
  if (places.free === 0) return { steps: [], events: [], againAtMs: places.nextAtMs(0) };
  const most = Math.min(places.free, allowed.most, mostAtOnce);
  const limits = await listNumberLimits(db);
  const turns = await findNumberTurns(db, pace, { limits, nowMs });
  const { calls, hasMore } = await chooseCalls(parts, db, { now, most, turns, limits });
  const steps: StepDone[] = [];
  const dialledFrom: string[] = [];
  await lockDials(
    db,
    calls.map(({ client_id }) => client_id),
  );
  const notes = createStepNotes(db);
  const reservations = createReservations({ db, policy: parts.dialPolicy, newId: parts.newId }, nowMs);
  for (const call of calls) {
    const done = await dialOrNot(parts, db, { call, nowMs, reservations, notes });
    if (done.step.state.phase === 'sending') dialledFrom.push(call.from_number);
    steps.push(done);
  }
  await notes.write();
  const dialled = dialledFrom.length;
  const numbers = turns.after(dialledFrom);
  if (dialled > 0) {
    const asking = whileAsking(health, nowMs);
    const nextAt = new Date(Math.ceil(places.nextAtMs(dialled)));
    await savePace(db, pace.account, { nextAt, ...(asking === health ? {} : { health: asking }) });
    await saveNumberPaces(
      db,
      numbers.map(({ number, nextAtMs }) => ({ number, next_at: new Date(nextAtMs) })),
    );
  }
  const isHeld = dialled >= allowed.most;
  const nextMs = isHeld ? nowMs + 1000 : Math.max(places.nextAtMs(dialled), nowMs);
  const againAtMs = hasMore ? nextMs : await whenNumbersMayCall(parts, db, { now, turns, numbers });
  const events = await insertEvents(db, await reservations.count());
  return { steps, events, againAtMs };
}

/** How often the search goes on behind calls that turned out to have no line. */
const mostLooks = 3;

/** The next calls that have a line, each to a number of its own; `hasMore` when another look may find more. */
async function chooseCalls(
  parts: CallParts,
  db: Db,
  { now, most, turns, limits }: { now: Date; most: number; turns: NumberTurns; limits: readonly NumberLimits[] },
): Promise<{ calls: CallRow[]; hasMore: boolean }> {
  const limited = { all: parts.maxCallsOnLines, numbers: limits };
  const inUse = await countLines(db);
  let owners: { client_id: string | null }[] = inUse;
  for (let looks = 1; ; looks += 1) {
    const before = createLineBook(inUse, await findLineLimits(db, { ...limited, owners }));
    const limit = Math.min(most, before.free());
    if (limit === 0) return { calls: [], hasMore: false };
    const lines = before.full();
    const full = { ...lines, fromNumbers: [...lines.fromNumbers, ...turns.held()] };
    const due = await lockDueCalls(db, { now, nodeId: parts.nodeId, full, limit });
    owners = [...owners, ...due];
    const calls = withLines(due, createLineBook(inUse, await findLineLimits(db, { ...limited, owners })), turns);
    const hasMore = due.length === limit;
    if (calls.length > 0 || !hasMore || looks === mostLooks) return { calls, hasMore: hasMore && calls.length > 0 };
  }
}

function withLines(due: readonly CallRow[], book: LineBook, turns: NumberTurns): CallRow[] {
  const numbers = new Set<string>();
  return due.filter((call) => {
    if (numbers.has(call.to_number) || !turns.take(call.from_number) || !book.take(call)) return false;
    numbers.add(call.to_number);
    return true;
  });
}

/** When the first of the numbers may make a call again from which one waits; null when none waits for that. */
async function whenNumbersMayCall(
  { nodeId }: CallParts,
  db: Db,
  at: { now: Date; turns: NumberTurns; numbers: readonly { number: string; nextAtMs: number }[] },
): Promise<number | null> {
  const moments = new Map(at.turns.held().map((number) => [number, at.turns.nextAtMs(number, 0) ?? 0]));
  for (const { number, nextAtMs } of at.numbers) moments.set(number, nextAtMs);
  const waiting = await listNumbersWaiting(db, { numbers: [...moments.keys()], now: at.now, nodeId });
  if (waiting.length === 0) return null;
  return Math.min(...waiting.map((number) => moments.get(number) ?? Number.POSITIVE_INFINITY));
}

async function dialOrNot(
  parts: CallParts,
  db: Db,
  { call, nowMs, reservations, notes }: { call: CallRow; nowMs: number; reservations: Reservations; notes: StepNotes },
): Promise<StepDone> {
  const { place, limits } = call.lifecycle as Accepted;
  // Too late is too late, even when nobody looked in time.
  if (place.kind !== 'request' && nowMs >= giveUpAtMsOf(place)) {
    return takeStep(parts, db, { call, event: { type: 'check', atMs: nowMs }, notes });
  }
  const { places } = parts.dialPolicy;
  const person = { to: call.to_number, recipientZone: call.recipient_timezone, places };
  const openMs = nextMoment(call.schedule, person, nowMs);
  if (openMs !== nowMs) return takeStep(parts, db, { call, event: toLater(openMs, nowMs), notes });
  const asked = { callId: call.id, wanted: toWantedDial(call), spending: toSpending(call, limits) };
  const decision = await reservations.decide(asked);
  const passesMs = decision.retry_after_seconds;
  // A campaign goes on with others meanwhile: it is told that this one is blocked, and until when.
  const waits = keepsHours(call) && call.campaign_id === null;
  if (!decision.allowed && passesMs !== null && waits) {
    const laterMs = nextMoment(call.schedule, person, nowMs + passesMs * 1000);
    return takeStep(parts, db, { call, event: toLater(laterMs, nowMs), notes });
  }
  return takeStep(parts, db, { call, event: toEvent(decision, nowMs), decision, notes });
}

/** Those that nobody asked for at this moment wait for hours at which the person may be called. */
const keepsHours = (call: CallRow) => call.schedule !== null || call.campaign_id !== null || call.attempt > 1;

const toWantedDial = (call: CallRow) => ({
  keepsHours: keepsHours(call),
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

/** A window that does not open within two weeks is looked at again then. */
const toLater = (openMs: number | null, atMs: number): LifecycleEvent => ({
  ...{ type: 'postponed', atMs },
  dueAtMs: openMs ?? atMs + 14 * 24 * 3600 * 1000,
});

function toEvent(decision: DialDecision, atMs: number): LifecycleEvent {
  if (decision.allowed) return { type: 'dial', atMs };
  const { code, detail } = decision;
  return { type: 'forbidden', atMs, error: { code: code ?? 'dial/forbidden', message: detail ?? '' } };
}
