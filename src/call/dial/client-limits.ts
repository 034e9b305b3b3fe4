/** How many calls are left to a client: in a minute, in a day and at once. */
import { countWaitingRequests, lockClientCalls } from '../../store/call-queue.ts';
import { countCallsOnLines, countCallsSince } from '../../store/calls.ts';
import { findClient } from '../../store/clients.ts';
import { everyone, onlyOf } from '../../store/reach.ts';
import type { Db } from '../../store/schema.ts';
import { parseClientDialLimits } from './client-dial-limits.ts';
import { DialRefused } from './dial-refused.ts';

const minuteMs = 60_000;
const dayMs = 24 * 3600 * 1000;
const waitForALineSeconds = 5;
const waitForTheDaySeconds = 3600;

export interface ClientAllowance {
  callsPerMinute: number | null;
  callsInLastMinute: number;
  callsPerDay: number | null;
  callsInLastDay: number;
  concurrentCalls: number | null;
  callsOnLines: number;
}

export async function allowanceOf(db: Db, clientId: string, nowMs: number): Promise<ClientAllowance> {
  const client = await findClient(db, everyone, clientId);
  // Limits that cannot be read forbid every call by a rule of their own.
  const limits = parseClientDialLimits(client?.limits) ?? {};
  const reach = onlyOf(clientId);
  return {
    callsPerMinute: limits.calls_per_minute ?? null,
    callsInLastMinute: await countCallsSince(db, reach, new Date(nowMs - minuteMs)),
    callsPerDay: limits.calls_per_day ?? null,
    callsInLastDay: await countCallsSince(db, reach, new Date(nowMs - dayMs)),
    concurrentCalls: limits.concurrent_calls ?? null,
    callsOnLines: (await countCallsOnLines(db, reach)) + (await countWaitingRequests(db, reach)),
  };
}

const hasFreeLine = (left: ClientAllowance) =>
  left.concurrentCalls === null || left.callsOnLines < left.concurrentCalls;

/**
 * Whether the client may have one more call. Ask in the transaction that stores it: it lets one asker of the client
 * through at a time.
 * @throws DialRefused `dial/client-calls-per-minute`, `dial/client-calls-per-day` or, for a call that is dialled now, `dial/client-lines-busy`
 */
export async function checkAllowance(
  db: Db,
  asked: { clientId: string | null; nowMs: number; dialsNow: boolean },
): Promise<void> {
  if (asked.clientId === null) return;
  await lockClientCalls(db, asked.clientId);
  const left = await allowanceOf(db, asked.clientId, asked.nowMs);
  if (left.callsPerMinute !== null && left.callsInLastMinute >= left.callsPerMinute) {
    const message = `The client may make ${left.callsPerMinute} calls a minute and has made them.`;
    throw new DialRefused('dial/client-calls-per-minute', message, { retryAfterSeconds: minuteMs / 1000 });
  }
  if (left.callsPerDay !== null && left.callsInLastDay >= left.callsPerDay) {
    const message = `The client may make ${left.callsPerDay} calls in 24 hours and has made them.`;
    throw new DialRefused('dial/client-calls-per-day', message, { retryAfterSeconds: waitForTheDaySeconds });
  }
  if (asked.dialsNow && !hasFreeLine(left)) {
    const message = `All ${left.concurrentCalls} lines of the client are busy.`;
    throw new DialRefused('dial/client-lines-busy', message, { retryAfterSeconds: waitForALineSeconds });
  }
}
