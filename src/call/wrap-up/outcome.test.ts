import { expect, it } from 'vitest';
import type { EndedReason, FinalStatus } from '../lifecycle-state.ts';
import { outcomeOf } from './outcome.ts';

it.each<[FinalStatus, EndedReason, personTurns: number, outcome: string]>([
  ['completed', 'assistant_hung_up', 3, 'talked'],
  ['completed', 'person_hung_up', 1, 'talked'],
  ['completed', 'person_hung_up', 0, 'no_conversation'],
  ['completed', 'silence', 0, 'no_conversation'],
  ['completed', 'server_lost', 2, 'talked'],
  ['completed', 'asked_not_to_be_called', 1, 'opted_out'],
  ['completed', 'asked_not_to_be_called', 0, 'opted_out'],
  ['busy', 'busy', 0, 'busy'],
  ['no_answer', 'no_answer', 0, 'no_answer'],
  ['failed', 'carrier_refused', 0, 'failed'],
  ['failed', 'never_placed', 0, 'failed'],
  ['canceled', 'canceled', 0, 'canceled'],
  ['blocked', 'forbidden', 0, 'blocked'],
])(
  'a call that is %s because of %s with %i words of the person comes to %s',
  (...[status, reason, personTurns, outcome]) => {
    expect(
      outcomeOf(
        status,
        { reason, by: 'person', fault: null },
        { personTurns, answeredBy: null, voicemailMessage: null },
      ),
    ).toBe(outcome);
  },
);

it.each([
  ['voicemail', null, 'voicemail'],
  ['voicemail', 'started', 'voicemail'],
  ['voicemail', 'cut_off', 'voicemail'],
  ['voicemail', 'left', 'message_left'],
  ['screener', null, 'screened_out'],
  ['menu', null, 'menu'],
  ['fax', null, 'fax'],
  ['nobody', null, 'talked'],
  ['person', null, 'talked'],
])('a call that %s answered, with a message that was %s, comes to %s', (...[answeredBy, voicemailMessage, outcome]) => {
  const ending = { reason: 'assistant_hung_up', by: 'assistant', fault: null } as const;
  expect(outcomeOf('completed', ending, { personTurns: 1, answeredBy, voicemailMessage })).toBe(outcome);
});
