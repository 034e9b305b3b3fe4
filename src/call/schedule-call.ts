/** When a call that is asked for may be dialled, and how that is stored with it. */
import { CallwrightError } from '../base/errors.ts';
import type { NewCallRow } from '../store/calls.ts';
import type { CallRequest } from './call-request.ts';
import type { DialPolicy } from './dial/may-dial.ts';
import { boundsOf, nextMoment } from './dial/schedule.ts';

/** @throws CallwrightError `dial/never-open` when the schedule leaves no moment */
export function whenToDial(
  request: CallRequest,
  { places }: Pick<DialPolicy, 'places'>,
  atMs: number,
): { notBeforeMs: number | null; notAfterMs: number | null } {
  const { schedule } = request;
  if (!schedule) return { notBeforeMs: null, notAfterMs: null };
  const person = { to: request.to, recipientZone: request.recipientTimezone ?? null, places };
  const { notBeforeMs, notAfterMs } = boundsOf(schedule, person);
  const dueMs = nextMoment(schedule, person, Math.max(notBeforeMs ?? atMs, atMs));
  if (dueMs !== null && (notAfterMs === null || dueMs < notAfterMs)) return { notBeforeMs: dueMs, notAfterMs };
  throw new CallwrightError('dial/never-open', 'The schedule leaves no moment at which the call may be dialled.');
}

export function toScheduleColumns(
  { schedule }: CallRequest,
  { notBeforeMs, notAfterMs }: { notBeforeMs: number | null; notAfterMs: number | null },
): Partial<NewCallRow> {
  if (!schedule) return {};
  const { window, timezone } = schedule;
  return {
    not_before: notBeforeMs === null ? null : new Date(notBeforeMs),
    not_after: notAfterMs === null ? null : new Date(notAfterMs),
    schedule: JSON.stringify({ window: window ?? null, timezone }),
  };
}
