/** What a client may still do: whether it may call at all, and how many calls are left to it. */
import { z } from 'zod';
import { countCallsOnLines, countCallsSince } from '../../store/calls.ts';
import { findClient } from '../../store/clients.ts';
import { everyone, onlyOf } from '../../store/reach.ts';
import type { Db } from '../../store/schema.ts';
import { DialRefused } from './dial-refused.ts';

const limitsSchema = z.object({ calls_per_day: z.number().optional(), concurrent_calls: z.number().optional() });

const dayMs = 24 * 3600 * 1000;
const waitForALineSeconds = 5;
const waitForTheDaySeconds = 3600;

/** @throws DialRefused `dial/client-not-active` for a client that is inactive, suspended or gone */
export async function clientMayDial(db: Db, clientId: string): Promise<void> {
  const client = await findClient(db, everyone, clientId);
  if (client?.status === 'Active') return;
  const why = client ? `not active (status: ${client.status})` : 'not there any more';
  throw new DialRefused('dial/client-not-active', `The client is ${why}.`);
}

export interface ClientAllowance {
  callsPerDay: number | null;
  callsInLastDay: number;
  concurrentCalls: number | null;
  callsOnLines: number;
}

export async function allowanceOf(db: Db, clientId: string, nowMs: number): Promise<ClientAllowance> {
  const client = await findClient(db, everyone, clientId);
  const limits = limitsSchema.safeParse(client?.limits).data ?? {};
  const reach = onlyOf(clientId);
  return {
    callsPerDay: limits.calls_per_day ?? null,
    callsInLastDay: await countCallsSince(db, reach, new Date(nowMs - dayMs)),
    concurrentCalls: limits.concurrent_calls ?? null,
    callsOnLines: await countCallsOnLines(db, reach),
  };
}

export const hasFreeLine = (left: ClientAllowance) =>
  left.concurrentCalls === null || left.callsOnLines < left.concurrentCalls;

/**
 * Whether the client may have one more call. Ask in the transaction that stores it, after `takePlace`, which lets one
 * asker through at a time.
 * @throws DialRefused `dial/client-calls-per-day` or, for a call that is dialled now, `dial/client-lines-busy`
 */
export async function checkAllowance(
  db: Db,
  asked: { clientId: string | null; nowMs: number; dialsNow: boolean },
): Promise<void> {
  if (asked.clientId === null) return;
  const left = await allowanceOf(db, asked.clientId, asked.nowMs);
  if (left.callsPerDay !== null && left.callsInLastDay >= left.callsPerDay) {
    const message = `The client may make ${left.callsPerDay} calls in 24 hours and has made them.`;
    throw new DialRefused('dial/client-calls-per-day', message, waitForTheDaySeconds);
  }
  if (asked.dialsNow && !hasFreeLine(left)) {
    const message = `All ${left.concurrentCalls} lines of the client are busy.`;
    throw new DialRefused('dial/client-lines-busy', message, waitForALineSeconds);
  }
}
