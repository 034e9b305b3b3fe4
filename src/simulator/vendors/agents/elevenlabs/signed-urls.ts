/** Signatures that let one socket into a conversation with a private agent: used once, within fifteen minutes. */
import type { Clock } from '../../../../base/clock.ts';

const validMs = 15 * 60 * 1000;

export interface SignedUrls {
  /** Remembers a signature for an agent. */
  issue(signature: string, agentId: string, clock: Clock): void;
  /** Whether this one was ever given out for the agent and is not used up. */
  knows(signature: string, agentId: string): boolean;
  /** Uses it up; false when it has expired. */
  redeem(signature: string, clock: Clock): boolean;
}

export function createSignedUrls(): SignedUrls {
  const issued = new Map<string, { agentId: string; expiresAtMs: number }>();
  return {
    issue(signature, agentId, clock) {
      const nowMs = clock.monotonicMs();
      for (const [old, { expiresAtMs }] of issued) if (expiresAtMs < nowMs) issued.delete(old);
      issued.set(signature, { agentId, expiresAtMs: nowMs + validMs });
    },
    knows: (signature, agentId) => issued.get(signature)?.agentId === agentId,
    redeem(signature, clock) {
      const found = issued.get(signature);
      issued.delete(signature);
      return found !== undefined && clock.monotonicMs() <= found.expiresAtMs;
    },
  };
}
