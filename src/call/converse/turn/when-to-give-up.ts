/** What happens when a reply failed: it is asked for again, the person is asked to repeat, or the call ends. */
import type { TurnPolicy } from './turn-policy.ts';
import type { TurnEnding } from './turn-state.ts';

export interface Failure {
  /** In a row, this one counted. */
  failures: number;
  /** Whether asking again at once could help. */
  retryable: boolean;
  /** Nothing of the reply was said. */
  unsaid: boolean;
}

export type AfterFailure = { type: 'ask-again' } | { type: 'say'; text: string; ending: TurnEnding | null };

export function afterFailure({ failures, retryable, unsaid }: Failure, policy: TurnPolicy): AfterFailure {
  if (failures >= policy.maxFailures) {
    return { type: 'say', text: policy.apology, ending: { reason: 'assistant_failed', by: 'server' } };
  }
  if (unsaid && retryable) return { type: 'ask-again' };
  return { type: 'say', text: policy.lostThread, ending: null };
}
