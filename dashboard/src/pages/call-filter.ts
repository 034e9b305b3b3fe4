/** Which calls are listed, as the address of the page says it. */
import { callStatuses } from '../../../src/api/contract/calls.ts';

export interface CallFilter {
  q?: string;
  status?: string;
  outcome?: string;
  direction?: 'inbound' | 'outbound';
  assistant?: number;
  campaign?: string;
  since?: 'hour' | 'today' | 'week' | 'month';
}

export const spans = {
  hour: 'the last hour',
  today: 'today',
  week: 'the last 7 days',
  month: 'the last 30 days',
} as const;

/** Whatever stands in the address; what makes no sense is overlooked. */
export function toCallFilter(search: Record<string, unknown>): CallFilter {
  const filter: CallFilter = {};
  const { q, status, outcome, direction, assistant, campaign, since } = search;
  if (typeof q === 'string' || typeof q === 'number') filter.q = String(q);
  if (callStatuses.some((name) => name === status)) filter.status = String(status);
  if (typeof outcome === 'string' && /^[a-z_]{1,50}$/.test(outcome)) filter.outcome = outcome;
  if (direction === 'inbound' || direction === 'outbound') filter.direction = direction;
  if (Number.isInteger(Number(assistant)) && Number(assistant) > 0) filter.assistant = Number(assistant);
  if (typeof campaign === 'string') filter.campaign = campaign;
  if (typeof since === 'string' && Object.hasOwn(spans, since)) filter.since = since as keyof typeof spans;
  return filter;
}

const spanMs = { hour: 3_600_000, week: 7 * 86_400_000, month: 30 * 86_400_000 };

/** As the API is asked; to the minute, so that a list that is read again stays the same list. */
export function toCallQuery(filter: CallFilter, nowMs: number): Record<string, string | number | undefined> {
  const { q, status, outcome, direction, assistant, campaign, since } = filter;
  return {
    ...{ q: q?.trim() || undefined, status, outcome, direction },
    ...{ assistant_id: assistant, campaign_id: campaign },
    created_after: since === undefined ? undefined : beginOf(since, nowMs).toISOString(),
  };
}

function beginOf(since: keyof typeof spans, nowMs: number): Date {
  if (since === 'today') return new Date(new Date(nowMs).setHours(0, 0, 0, 0));
  return new Date(Math.floor((nowMs - spanMs[since]) / 60_000) * 60_000);
}
