/** Why the call is made, in words built from its parameters. */
import { isOver } from '../../text/speakable-date.ts';
import { toSpokenList } from '../../text/spoken-list.ts';
import { type CallFacts, type Fact, factOf, knownValue } from './call-facts.ts';
import { type Question, questions } from './phrases.ts';

export interface Purpose {
  /** Goes on from "this is the automated assistant": `calling about your payment`. */
  calling: string;
  /** Full sentences with the rest of what is known. */
  details: string;
  /** What to ask once the details are told. */
  question: Question;
}

/** Parameters that say who is called or how, not why. */
const notNews =
  /^(customer|full|first|last|contact|patient)?name$|phone|^to$|calltype|currency|language|company|testmode/u;

/** Null when the parameters give no reason at all. */
export function findPurpose(facts: CallFacts, nowMs: number): Purpose | null {
  const kind =
    `${knownValue(facts, 'callType') ?? ''} ${knownValue(facts, 'callReason', 'reason') ?? ''}`.toLowerCase();
  if (/appointment/u.test(kind)) return aboutAppointment(facts);
  if (/\bpay|invoice|overdue/u.test(kind)) return aboutPayment(facts, nowMs);
  if (/follow/u.test(kind)) return aboutFollowUp(facts);
  if (/verif/u.test(kind)) return aboutVerification(facts);
  if (factOf(facts, 'appointmentDate', 'appointmentTime', 'appointmentType')) return aboutAppointment(facts);
  if (factOf(facts, 'amount', 'dueDate')) return aboutPayment(facts, nowMs);
  if (factOf(facts, 'ticketId')) return aboutFollowUp(facts);
  return aboutReason(facts) ?? aboutWhateverIsKnown(facts);
}

function aboutPayment(facts: CallFacts, nowMs: number): Purpose {
  const amount = knownValue(facts, 'amount');
  const due = factOf(facts, 'dueDate');
  const account = knownValue(facts, 'accountId', 'accountNumber');
  const payment = `your payment${amount ? ` of ${amount}` : ''}`;
  const verb = due && isPast(due, nowMs) ? 'was' : 'is';
  const forAccount = account ? ` for account ${account}` : '';
  const dueWords = due ? `${verb} due ${onDay(due)}${forAccount}` : `is outstanding${forAccount}`;
  return {
    calling: `calling about ${payment}${due ? `, due ${onDay(due)}` : ''}`,
    details: `${capitalize(payment)} ${dueWords}.`,
    question: 'anythingElse',
  };
}

function aboutAppointment(facts: CallFacts): Purpose {
  const type = knownValue(facts, 'appointmentType');
  const doctor = knownValue(facts, 'doctorName', 'doctor', 'providerName');
  const appointment = `your ${toAppointment(type)}${doctor ? ` with ${doctor}` : ''}`;
  const when = appointmentTime(facts);
  return {
    calling: `calling about ${appointment}${when ? `, ${when}` : ''}`,
    details: when ? `${capitalize(appointment)} is ${when}.` : `It's about ${appointment}.`,
    question: 'coming',
  };
}

/** `on December 8th at 2:30 PM`, as much of it as is known; empty when nothing is. */
export function appointmentTime(facts: CallFacts): string {
  const day = factOf(facts, 'appointmentDate', 'date');
  const time = knownValue(facts, 'appointmentTime', 'time');
  return [day ? onDay(day) : '', time ? `at ${time}` : ''].filter((part) => part !== '').join(' ');
}

function toAppointment(type: string | null): string {
  if (type === null) return 'appointment';
  const isVisit = /(check-?up|appointment|visit|consultation|cleaning|exam|examination|surgery|session|meeting)$/iu;
  return isVisit.test(type) ? uncapitalize(type) : `${uncapitalize(type)} appointment`;
}

function aboutFollowUp(facts: CallFacts): Purpose {
  const issue = knownValue(facts, 'issueType', 'issue');
  const ticket = knownValue(facts, 'ticketId', 'ticketNumber');
  const last = factOf(facts, 'lastContactDate');
  const subject = `your ${issue ? uncapitalize(issue) : 'request'}`;
  const details = ticket ? `It's about ticket ${ticket}` : `It's about ${subject}`;
  return {
    calling: `following up on ${subject}`,
    details: `${details}${last ? `, and the last contact was ${onDay(last)}` : ''}.`,
    question: 'settled',
  };
}

function aboutVerification(facts: CallFacts): Purpose {
  const account = knownValue(facts, 'accountId', 'accountNumber');
  const noSecrets = 'I will never ask you for passwords or codes.';
  return {
    calling: 'calling about your account verification',
    details: account ? `It's about account ${account}, and ${noSecrets}` : noSecrets,
    question: account ? 'yours' : 'anythingElse',
  };
}

function aboutReason(facts: CallFacts): Purpose | null {
  const reason = knownValue(facts, 'callReason', 'reason', 'purpose', 'topic', 'callType')?.replace(/[.?!]+$/u, '');
  const agenda = knownValue(facts, 'agenda')?.replace(/[.?!]+$/u, '');
  const others = listOthers(facts);
  const question = 'anythingElse';
  if (reason) {
    const isTopic = reason.split(' ').length <= 6 && !/^(to|we|you|your \w+ (is|are|has|have)|i)\b/iu.test(reason);
    const calling = isTopic ? `calling about ${uncapitalize(reason)}` : `calling for this reason: ${reason}`;
    const details = agenda ? `My task is this: ${agenda}.` : (others ?? 'That is all I know about it.');
    return { calling, details, question };
  }
  return agenda ? { calling: 'calling with a message', details: `My task is this: ${agenda}.`, question } : null;
}

function aboutWhateverIsKnown(facts: CallFacts): Purpose | null {
  if (/^(yes|true|1)$/iu.test(knownValue(facts, 'testMode') ?? '')) {
    return { calling: 'making a test call', details: 'This is only a test.', question: 'anythingElse' };
  }
  const details = listOthers(facts);
  return details ? { calling: 'calling with some information', details, question: 'anythingElse' } : null;
}

function listOthers(facts: CallFacts): string | null {
  const news = [...facts]
    .filter(([key]) => !notNews.test(key) && !/reason|agenda|purpose|topic/u.test(key))
    .slice(0, 3);
  if (news.length === 0) return null;
  return `${capitalize(toSpokenList(news.map(([, { name, value }]) => `the ${name} is ${value}`)))}.`;
}

export function isPast({ date }: Fact, nowMs: number): boolean {
  return date !== null && isOver(date, nowMs);
}

/** `on December 10th`, but `tomorrow` as it is. */
export function onDay(fact: Fact): string {
  return /\d/u.test(fact.value) && !/^(on|at|in)\b/iu.test(fact.value) ? `on ${fact.value}` : fact.value;
}

export function closingQuestion(purpose: Purpose | null): string {
  return questions[purpose?.question ?? 'howToHelp'];
}

function capitalize(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

/** `Annual checkup` → `annual checkup`, but `MRI scan` stays. */
function uncapitalize(text: string): string {
  return /^\p{Lu}\p{Ll}/u.test(text) ? `${text.charAt(0).toLowerCase()}${text.slice(1)}` : text;
}
