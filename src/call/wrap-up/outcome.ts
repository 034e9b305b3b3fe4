/** What came of a call, in one word, from the facts alone. */
import type { Ending, FinalStatus } from '../lifecycle-state.ts';

export type Outcome =
  | 'talked'
  | 'no_conversation'
  | 'opted_out'
  | 'busy'
  | 'no_answer'
  | 'failed'
  | 'canceled'
  | 'blocked';

export function outcomeOf(status: FinalStatus, ending: Ending, personTurns: number): Outcome {
  if (status !== 'completed') return status;
  if (ending.reason === 'asked_not_to_be_called') return 'opted_out';
  return personTurns > 0 ? 'talked' : 'no_conversation';
}
