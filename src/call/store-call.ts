/** Stores a call as it begins, with its first event, in a transaction of the caller's. */

import type { CallOrder } from '../ports/carrier.ts';
import { priorities } from '../store/call-queue.ts';
import { type CallRow, insertCalls, type NewCallRow } from '../store/calls.ts';
import { listConsentsOf } from '../store/consents.ts';
import type { EventRow, NewEvent } from '../store/events.ts';
import type { Db } from '../store/schema.ts';
import type { CallParts } from './call-parts.ts';
import type { CallRequest } from './call-request.ts';
import { consentStateOf, operatorsList } from './dial/consents.ts';
import type { DialDecision } from './dial/decide-dial.ts';
import { checkAtMsOf, statusOf } from './lifecycle.ts';
import type { Lifecycle } from './lifecycle-state.ts';
import { mustAsk, type ToldCall, underLineRules } from './line-rules/under-line-rules.ts';
import { createStepNotes } from './step-notes.ts';

export interface NewCall {
  id: string;
  request: CallRequest;
  lifecycle: Lifecycle;
  event: 'call.scheduled' | 'call.queued' | 'call.blocked';
  more?: Partial<NewCallRow>;
  /** Why it was blocked. */
  policy?: DialDecision;
}

export interface StoredCall {
  id: string;
  /** As it was stored. */
  row: CallRow;
  events: EventRow[];
}

export async function storeCall(parts: CallParts, db: Db, call: NewCall): Promise<StoredCall> {
  const [stored] = await storeCalls(parts, db, [call]);
  return stored as StoredCall;
}

/** In their order. */
export async function storeCalls(parts: CallParts, db: Db, calls: readonly NewCall[]): Promise<StoredCall[]> {
  const rows: NewCallRow[] = [];
  for (const call of calls) rows.push(await toRow(parts, db, call));
  const stored = await insertCalls(db, rows);
  const notes = createStepNotes(db);
  const made = stored.map((row, at) => ({
    id: row.id,
    row,
    events: notes.tell([toEvent(parts, calls[at] as NewCall)]),
  }));
  await notes.write();
  return made;
}

async function toRow(parts: CallParts, db: Db, call: NewCall): Promise<NewCallRow> {
  const { id, request, lifecycle, more = {} } = call;
  const told = await tellByRules(parts, db, { request, instructions: request.instructions(id) });
  const at = new Date(parts.clock.now());
  const status = statusOf(lifecycle);
  const checkAtMs = checkAtMsOf(lifecycle);
  return {
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
    assistant: JSON.stringify(told.assistant),
    parameters: JSON.stringify(request.parameters),
    request_id: request.requestId,
    instructions: JSON.stringify(told.instructions),
    engine: request.engine,
    assistant_id: request.assistantRef?.id ?? null,
    assistant_version: request.assistantRef?.version ?? null,
    verification: request.verification ?? null,
    welcome_message: told.greeting,
    line_rules: told.duties && JSON.stringify(told.duties),
    recording_consent: told.consent && JSON.stringify(told.consent),
    agenda: request.agenda ?? null,
    metadata: request.metadata ? JSON.stringify(request.metadata) : null,
    recipient_timezone: request.recipientTimezone ?? null,
    sessions_offered: 0,
    sessions_opened: 0,
    created_at: at,
    check_at: checkAtMs === null ? null : new Date(checkAtMs),
    retry: request.retry ? JSON.stringify(request.retry) : null,
    ...toQueueColumns(parts, lifecycle),
    ...toCampaignColumns(request),
    ...toCallBackColumns(request),
    ...more,
  };
}

function toEvent({ newId, clock }: CallParts, { id, request, lifecycle, event, policy, more = {} }: NewCall): NewEvent {
  const { dialect, verification } = request;
  const own = {
    ...(verification == null ? {} : { verification }),
    ...namesOfCampaign(request),
    ...(request.callBack ? { call_back_of: request.callBack.of } : {}),
  };
  const blocked = policy ? { policy } : {};
  const code = more.error_code ?? null;
  return {
    id: newId('event'),
    call_id: id,
    client_id: request.clientId,
    type: event,
    key: event,
    at: new Date(clock.now()),
    data: JSON.stringify({ status: statusOf(lifecycle), dialect, code, ...own, ...blocked }),
  };
}

/** What the person must be told where they are; whether they have agreed is looked up only where they would be asked. */
async function tellByRules(
  { lineRules, clock }: CallParts,
  db: Db,
  { request, instructions }: { request: CallRequest; instructions: CallOrder['instructions'] },
): Promise<ToldCall> {
  const { to, assistant, engine, welcomeMessage, clientId } = request;
  const call = { number: to, assistant, engine, instructions, greeting: welcomeMessage ?? null, hasAgreed: false };
  if (!mustAsk(lineRules, call)) return underLineRules(lineRules, call);
  const rows = await listConsentsOf(db, clientId ?? operatorsList, to);
  const hasAgreed = consentStateOf(rows, 'recording', clock.now()).state === 'given';
  return underLineRules(lineRules, { ...call, hasAgreed });
}

function toQueueColumns({ nodeId }: CallParts, lifecycle: Lifecycle): Partial<NewCallRow> {
  if (lifecycle.phase !== 'accepted') return {};
  const { kind, dueAtMs } = lifecycle.place;
  const isWaitedFor = kind === 'request';
  return {
    due_at: new Date(dueAtMs),
    priority: isWaitedFor ? priorities.request : priorities.single,
    node_id: isWaitedFor ? nodeId : null,
  };
}

function toCampaignColumns({ campaign }: CallRequest): Partial<NewCallRow> {
  if (!campaign) return {};
  const { campaignId, contactId, attempt, retryOf } = campaign;
  const names = { campaign_id: campaignId, contact_id: contactId };
  return { ...names, attempt, retry_of: retryOf, priority: priorities.campaign };
}

const toCallBackColumns = ({ callBack }: CallRequest): Partial<NewCallRow> =>
  callBack ? { call_back_of: callBack.of, call_back_reason: callBack.reason } : {};

const namesOfCampaign = ({ campaign }: CallRequest) =>
  campaign ? { campaign_id: campaign.campaignId, contact_id: campaign.contactId } : {};
