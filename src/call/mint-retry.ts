/** Puts the next attempt into the queue in the transaction in which an attempt is over: neither lost nor made twice. */
import type { CarrierAdvice } from '../ports/carrier.ts';
import { priorities } from '../store/call-queue.ts';
import { type CallRow, insertCall, type NewCallRow, updateCall } from '../store/calls.ts';
import type { NewEvent } from '../store/events.ts';
import type { Db } from '../store/schema.ts';
import type { CallParts } from './call-parts.ts';
import type { PlaceRules } from './dial/rules/place-rules.ts';
import { nextMoment } from './dial/schedule.ts';
import type { FollowUp } from './follow-ups.ts';
import { checkAtMsOf, statusOf } from './lifecycle.ts';
import { type Accepted, beginQueuedLifecycle } from './lifecycle-beginnings.ts';
import { decideRetry } from './retry/decide-retry.ts';

type RetryParts = Pick<CallParts, 'newId' | 'random'> & {
  adviceFor(code: number): CarrierAdvice | null;
  places: PlaceRules;
};

/** Comes first of the follow-ups: `next_attempt_call_id` is stored when the others run. */
export function mintRetry(parts: RetryParts): FollowUp {
  return async (db, call, atMs) => {
    // A campaign decides itself about the contact that the call was for.
    if (call.campaign_id !== null) return [];
    const afterMs = decideRetry(call.retry, toFinished(parts, call), parts.random.fraction());
    if (afterMs === null) return [];
    const person = { to: call.to_number, recipientZone: call.recipient_timezone, places: parts.places };
    const dueAtMs = nextMoment(call.schedule, person, Math.ceil(atMs + afterMs));
    const notAfterMs = call.not_after?.getTime() ?? null;
    if (dueAtMs === null || (notAfterMs !== null && dueAtMs >= notAfterMs)) return [];
    return mint(parts, db, {
      call,
      atMs,
      lifecycle: beginQueuedLifecycle(limitsOf(call), { atMs, notBeforeMs: dueAtMs, notAfterMs }),
    });
  };
}

function toFinished({ adviceFor }: RetryParts, call: CallRow) {
  const [, code] = /^carrier\/(\d+)$/.exec(call.error_code ?? '') ?? [];
  return {
    outcome: call.outcome,
    endedReason: call.ended_reason,
    direction: call.direction,
    wasWaitedFor: call.priority === priorities.request,
    attempt: call.attempt,
    answered: call.answered_at !== null,
    advice: code === undefined ? null : adviceFor(Number(code)),
  };
}

function limitsOf(call: CallRow) {
  const { ring_seconds, max_duration_seconds } = call.assistant as {
    ring_seconds: number;
    max_duration_seconds: number;
  };
  return { ringSeconds: ring_seconds, maxDurationSeconds: max_duration_seconds };
}

async function mint(
  parts: RetryParts,
  db: Db,
  { call, atMs, lifecycle }: { call: CallRow; atMs: number; lifecycle: Accepted },
): Promise<NewEvent[]> {
  const id = parts.newId('call');
  const row = toNextAttempt(call, { id, atMs, lifecycle });
  await insertCall(db, row);
  await updateCall(db, call.id, { next_attempt_call_id: id });
  const at = new Date(atMs);
  const dueAt = new Date(lifecycle.place.dueAtMs).toISOString();
  const about = { client_id: call.client_id, at };
  return [
    {
      ...{
        id: parts.newId('event'),
        call_id: call.id,
        ...about,
        type: 'call.retry_scheduled',
        key: 'call.retry_scheduled',
      },
      data: JSON.stringify({ next_attempt_call_id: id, attempt: row.attempt, due_at: dueAt, outcome: call.outcome }),
    },
    {
      ...{ id: parts.newId('event'), call_id: id, ...about, type: 'call.scheduled', key: 'call.scheduled' },
      data: JSON.stringify({ status: row.status, attempt: row.attempt, retry_of: row.retry_of, due_at: dueAt }),
    },
  ];
}

function toNextAttempt(call: CallRow, next: { id: string; atMs: number; lifecycle: Accepted }): NewCallRow {
  const { id, atMs, lifecycle } = next;
  const checkAtMs = checkAtMsOf(lifecycle);
  const asJson = (value: unknown) => (value === null ? null : JSON.stringify(value));
  const { client_id, dialect, direction, to_number, from_number, carrier, request_id, engine } = call;
  const { assistant_id, assistant_version, verification, welcome_message, agenda, recipient_timezone } = call;
  const { campaign_id, contact_id, not_before, not_after, priority } = call;
  return {
    ...{ id, client_id, dialect, direction, to_number, from_number, carrier, request_id, engine },
    ...{ assistant_id, assistant_version, verification, welcome_message, agenda, recipient_timezone },
    ...{ campaign_id, contact_id, not_before, not_after, priority },
    status: statusOf(lifecycle),
    lifecycle: JSON.stringify(lifecycle),
    revision: 0,
    carrier_sid: null,
    assistant: JSON.stringify(call.assistant),
    parameters: JSON.stringify(call.parameters),
    metadata: asJson(call.metadata),
    schedule: asJson(call.schedule),
    retry: asJson(call.retry),
    line_rules: asJson(call.line_rules),
    recording_consent: asJson(call.recording_consent),
    // Addresses that name the call name the new one.
    instructions: asJson(call.instructions)?.replaceAll(call.id, id) ?? null,
    sessions_offered: 0,
    sessions_opened: 0,
    attempt: call.attempt + 1,
    retry_of: call.retry_of ?? call.id,
    created_at: new Date(atMs),
    due_at: new Date(lifecycle.place.dueAtMs),
    check_at: checkAtMs === null ? null : new Date(checkAtMs),
  };
}
