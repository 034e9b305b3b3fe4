/** What can be said of a call from its facts alone, where no language model is asked. */
import { type Analysis, type AnalysisFacts, type AnalysisWishes, wantedValues } from './analysis.ts';

const summaries: Readonly<Record<string, string>> = {
  no_conversation: 'The call was answered, and nobody spoke.',
  opted_out: 'The person asked not to be called again.',
  transferred: 'The person was handed over to a colleague.',
  voicemail: 'A mailbox answered; no whole message was left.',
  message_left: 'A mailbox answered, and the message was left.',
  screened_out: 'A call screener answered, and nobody came to the phone.',
  menu: 'A phone menu answered, and nobody behind it.',
  fax: 'A fax machine answered.',
  busy: 'The line was busy.',
  no_answer: 'Nobody answered.',
  failed: 'The call could not be made.',
  canceled: 'The call was canceled before it was answered.',
  blocked: 'The call was not allowed, and nobody was rung.',
};

const nextSteps: Readonly<Record<string, string>> = {
  no_conversation: 'Try again later.',
  opted_out: 'Do not call this number again.',
  voicemail: 'Try again later.',
  message_left: 'Wait for a call back.',
  screened_out: 'Try again later, or reach the person in another way.',
  menu: 'Find a number that a person answers.',
  fax: 'Find another number.',
  busy: 'Try again later.',
  no_answer: 'Try again later.',
  failed: 'See the error of the call.',
};

export function analyzeFacts(facts: AnalysisFacts, wishes: AnalysisWishes): Analysis {
  const { outcome, endedBy, endedReason } = facts;
  const wanted = wantedValues(wishes);
  return {
    ...{ source: 'rules', model: null, outcome, ended_by: endedBy, ended_reason: endedReason },
    summary: outcome === 'talked' ? summarizeTalk(facts) : (summaries[outcome ?? ''] ?? 'The call is over.'),
    ...{ success: null, success_reason: null, sentiment: null },
    data: wanted && Object.fromEntries(wanted.map(([name]) => [name, { value: null, turn: null }])),
    next_step: nextSteps[outcome ?? ''] ?? null,
  };
}

function summarizeTalk({ turns, durationSeconds, endedBy }: AnalysisFacts): string {
  const times = turns.filter(({ speaker }) => speaker === 'person').length;
  const length = durationSeconds === null ? '' : ` for ${durationSeconds} seconds`;
  const end = endedBy === 'person' ? 'the person' : endedBy === 'assistant' ? 'the assistant' : 'neither side';
  return `A person talked with the assistant${length} and spoke ${times} ${times === 1 ? 'time' : 'times'}; ${end} ended the call.`;
}
