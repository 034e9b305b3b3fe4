/** Finds out what came of each call once it is over: a job that outlives a restart, done by one node at a time. */

import { type Assistant, successCriteriaOf } from '../../assistant/assistant.ts';
import type { Clock } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import type { NewId } from '../../base/ids.ts';
import type { Logger } from '../../base/log.ts';
import { createRepetition, type Rhythm } from '../../base/repetition.ts';
import type { LiveEvents } from '../../notify/live-events.ts';
import type { LanguageModel } from '../../ports/language-model.ts';
import {
  askForAnalysis,
  type CallAnalysisRow,
  claimAnalyses,
  keepAnalysis,
  postponeAnalysis,
} from '../../store/call-analyses.ts';
import { type CallRow, findCall } from '../../store/calls.ts';
import { insertEvents } from '../../store/events.ts';
import type { Store } from '../../store/open-store.ts';
import { everyone } from '../../store/reach.ts';
import { listTurns } from '../../store/turns.ts';
import type { FollowUp } from '../follow-ups.ts';
import { withOwnNumber } from '../with-own-number.ts';
import type { Analysis, AnalysisFacts, AnalysisWishes, AnalyzedTurn } from './analysis/analysis.ts';
import { analyzeByModel } from './analysis/ask-model.ts';
import { analyzeFacts } from './analysis/from-facts.ts';

export interface CallAnalystParts extends Rhythm {
  store: Store;
  clock: Clock;
  newId: NewId;
  log: Logger;
  live: LiveEvents;
  /** Null: what can be found out without one. */
  model: LanguageModel | null;
}

export interface CallAnalyst {
  start(): void;
  /** Breaks off what is in hand; it is found again at the next start. */
  stop(): Promise<void>;
}

const usualEveryMs = 2000;
const mostAtOnce = 4;
/** The last words of a call may still be on their way to the store. */
const afterMs = 2000;
/** Whoever took it on and has not ended by then has died. */
const leaseMs = 3 * 60_000;
/** After so many failures of the model the facts have to do. */
const mostTries = 3;
const retryMs = 20_000;

export const askWhenOver: FollowUp = async (db, call, atMs) => {
  await askForAnalysis(db, { callId: call.id, clientId: call.client_id, dueAt: new Date(atMs + afterMs) });
  return [];
};

export function createCallAnalyst(parts: CallAnalystParts): CallAnalyst {
  const { store, clock, log, lookEveryMs: everyMs = usualEveryMs } = parts;
  return createRepetition({ clock, log, everyMs, complaint: 'calls could not be analyzed' }, async (stopping) => {
    const now = clock.now();
    const times = { now: new Date(now), until: new Date(now + leaseMs), limit: mostAtOnce };
    const claimed = await claimAnalyses(store.db, times);
    await Promise.all(claimed.map((row) => analyze(parts, row, stopping)));
  });
}

async function analyze(parts: CallAnalystParts, claimed: CallAnalysisRow, signal: AbortSignal): Promise<void> {
  const { store, clock, log } = parts;
  try {
    const call = await findCall(store.db, everyone, claimed.call_id);
    if (!call) return;
    await keep(parts, { call, claimed, analysis: await findOut(parts, { call, claimed, signal }) });
  } catch (error) {
    log.warn({ callId: claimed.call_id, reason: messageOf(error) }, 'a call could not be analyzed yet');
    await postponeAnalysis(store.db, claimed, new Date(clock.now() + retryMs)).catch(() => {});
  }
}

async function findOut(
  parts: CallAnalystParts,
  { call, claimed, signal }: { call: CallRow; claimed: CallAnalysisRow; signal: AbortSignal },
): Promise<Analysis> {
  const assistant = call.assistant as Assistant;
  const facts = await toFacts(parts.store, call);
  const wishes: AnalysisWishes = {
    schema: assistant.analysis_schema ?? null,
    successCriteria: successCriteriaOf(assistant),
    language: assistant.language,
  };
  const isTalk = facts.turns.some(({ speaker }) => speaker === 'person');
  if (!parts.model || !isTalk || claimed.tries > mostTries) return analyzeFacts(facts, wishes);
  return analyzeByModel({ model: parts.model, clock: parts.clock, signal }, facts, wishes);
}

async function toFacts({ db }: Store, call: CallRow): Promise<AnalysisFacts> {
  const turns = (await listTurns(db, call.id)).map(
    (turn): AnalyzedTurn => ({
      index: turn.index,
      speaker: turn.speaker as AnalyzedTurn['speaker'],
      text: turn.heard_text ?? turn.text,
    }),
  );
  const { status, outcome, ended_by: endedBy, ended_reason: endedReason, answered_by: answeredBy } = call;
  return { status, outcome, endedBy, endedReason, answeredBy, durationSeconds: call.duration_seconds, turns };
}

async function keep(
  { store, live, clock, newId }: CallAnalystParts,
  { call, claimed, analysis }: { call: CallRow; claimed: CallAnalysisRow; analysis: Analysis },
): Promise<void> {
  const at = new Date(clock.now());
  const events = await store.transaction(async (db) => {
    if (!(await keepAnalysis(db, claimed, { analysis, at }))) return [];
    const { id, client_id } = call;
    const type = 'call.analyzed';
    // Asked for again it is told again.
    const key = `${type}:${at.getTime()}`;
    return insertEvents(db, [
      {
        id: newId('event'),
        call_id: id,
        client_id,
        type,
        key,
        at,
        data: JSON.stringify(withOwnNumber(call, analysis)),
      },
    ]);
  });
  live.publish(events);
}
