/** How the life of a call begins: waiting to be dialled, in a queue, coming in, or forbidden from the start. */
import type { Lifecycle, Limits } from './lifecycle-state.ts';

export const second = 1000;
/** After the carrier should have called back, it is asked. */
export const graceMs = 60 * second;
/** The create request times out after 10 s; a call still `sending` after this was cut off by a crash. */
export const sendingMs = 15 * second;

export function beginLifecycle(limits: Limits, atMs: number): Lifecycle {
  return { phase: 'accepted', limits, isQueued: false, checkAtMs: atMs + sendingMs };
}

/** A call that is dialled by itself when its turn comes. */
export function beginQueuedLifecycle(limits: Limits, turnAtMs: number): Lifecycle {
  return { phase: 'accepted', limits, isQueued: true, checkAtMs: turnAtMs };
}

/** A call that somebody else placed to us and that the carrier already knows. */
export function beginInboundLifecycle(limits: Limits, carrierSid: string, atMs: number): Lifecycle {
  const placed = { phase: 'placed' as const, limits, carrierSid, ringing: true, placedAtMs: atMs, ending: null };
  return { ...placed, checkAtMs: atMs + graceMs };
}

/** A call that a rule forbids: stored as evidence, never dialled. */
export function blockedLifecycle(): Lifecycle {
  return {
    phase: 'over',
    carrierSid: null,
    status: 'blocked',
    ending: { reason: 'forbidden', by: 'server', fault: null },
  };
}
