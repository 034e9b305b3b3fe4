/** How the life of a call begins: waiting to be dialled, in a queue, coming in, or forbidden from the start. */
import type { Lifecycle, Limits, Place } from './lifecycle-state.ts';

export type Accepted = Extract<Lifecycle, { phase: 'accepted' }>;

export const second = 1000;
/** After the carrier should have called back, it is asked. */
export const graceMs = 60 * second;
/** The create request times out after 10 s; a call still `sending` after this was cut off by a crash. */
export const sendingMs = 15 * second;

/** Longer than this nothing waits in the queue, whatever holds it up. */
const longestQueueMs = 24 * 3600 * second;

/** When a call that was not dialled until then is given up. */
export function giveUpAtMsOf({ kind, dueAtMs, notAfterMs }: Place): number {
  return kind === 'request' ? dueAtMs + sendingMs : (notAfterMs ?? dueAtMs + longestQueueMs);
}

/** A call whose asker waits for the carrier's answer. */
export function beginLifecycle(limits: Limits, atMs: number): Accepted {
  return accept(limits, { kind: 'request', dueAtMs: atMs, notAfterMs: null });
}

/** A call that is dialled by itself when its turn comes. */
export function beginQueuedLifecycle(
  limits: Limits,
  when: { atMs: number; notBeforeMs?: number | null; notAfterMs?: number | null },
): Accepted {
  const dueAtMs = Math.max(when.notBeforeMs ?? when.atMs, when.atMs);
  const kind = dueAtMs > when.atMs ? 'schedule' : 'queue';
  return accept(limits, { kind, dueAtMs, notAfterMs: when.notAfterMs ?? null });
}

const accept = (limits: Limits, place: Place): Accepted => ({
  ...{ phase: 'accepted', limits, place, tries: 0 },
  checkAtMs: giveUpAtMsOf(place),
});

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
