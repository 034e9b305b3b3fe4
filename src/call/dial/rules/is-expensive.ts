/** Whether a call to the number costs more than a call to a person: premium rate, shared cost, satellite and the like. */
import type { NumberKind } from '../where/destination.ts';
import { allows, forbids, type Rule } from './rule.ts';

const expensiveKinds: Partial<Record<NumberKind, string>> = {
  PREMIUM_RATE: 'a premium-rate number',
  SHARED_COST: 'a shared-cost number',
  PERSONAL_NUMBER: 'a personal number, which is charged as its holder likes',
  PAGER: 'a pager',
  VOICEMAIL: 'the carrier’s voicemail access',
};

/** What the metadata of libphonenumber takes for ordinary, or for no number at all (ITU-T E.164 assignments, 2026-11). */
const expensiveRanges: readonly { begins: RegExp; what: string }[] = [
  { begins: /^\+1\d{3}976/, what: 'a premium-rate exchange (976)' },
  { begins: /^\+1900/, what: 'a premium-rate number' },
  { begins: /^\+1700/, what: 'a number for services of carriers' },
  { begins: /^\+(870|881)/, what: 'a satellite phone' },
  { begins: /^\+(882|883)/, what: 'an international network, satellites among them' },
  { begins: /^\+(808|878|888|979)/, what: 'an international number at a special rate' },
];

/** Numbers of Twilio's for trying things out: nobody is rung and nothing is charged. */
const tryingOut = /^\+1500555\d{4}$/;

const code = 'dial/expensive-number';
const mend = 'Call the person at an ordinary number. This is never allowed, by no setting.';

export const isExpensive: Rule = ({ to, destination }) => {
  if (tryingOut.test(to)) return allows('The number is one of Twilio’s for trying things out.');
  const range = expensiveRanges.find(({ begins }) => begins.test(to));
  const what = range?.what ?? (destination.kind && expensiveKinds[destination.kind]);
  if (what) return forbids({ code, detail: `The number is ${what}.`, mend });
  if (destination.kind !== null) return allows('The number is at an ordinary rate.');
  // Under +1 area codes alone tell the rate; elsewhere a range that is not in use may be anything.
  if (to.startsWith('+1')) return allows('The area code is at an ordinary rate.');
  const detail = 'The number is in no range that is in use, so nobody knows what it costs.';
  return forbids({ code: 'dial/unknown-number', detail, mend: 'Check the number.' });
};
