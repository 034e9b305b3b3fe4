/** What came of a call, in one word, from the facts alone. */
import type { Ending, FinalStatus } from '../lifecycle-state.ts';

export type Outcome =
  | 'talked'
  | 'no_conversation'
  | 'opted_out'
  /** A colleague took the person over. */
  | 'transferred'
  /** A mailbox, and no message that it has whole. */
  | 'voicemail'
  | 'message_left'
  /** A call screener put us through to nobody. */
  | 'screened_out'
  /** A phone menu, and nobody behind it. */
  | 'menu'
  | 'fax'
  | 'busy'
  | 'no_answer'
  | 'failed'
  | 'canceled'
  | 'blocked';

export interface OutcomeFacts {
  personTurns: number;
  answeredBy: string | null;
  voicemailMessage: string | null;
}

const ofMachines: Readonly<Record<string, Outcome>> = {
  voicemail: 'voicemail',
  screener: 'screened_out',
  menu: 'menu',
  fax: 'fax',
};

export function outcomeOf(status: FinalStatus, ending: Ending, facts: OutcomeFacts): Outcome {
  if (status !== 'completed') return status;
  if (ending.reason === 'asked_not_to_be_called') return 'opted_out';
  if (ending.reason === 'transferred') return 'transferred';
  if (facts.voicemailMessage === 'left') return 'message_left';
  const ofMachine = ofMachines[facts.answeredBy ?? ''];
  return ofMachine ?? (facts.personTurns > 0 ? 'talked' : 'no_conversation');
}
