import { expect, it } from 'vitest';
import type { ConsentRow } from '../../../store/consents.ts';
import { consentStateOf, stateOfEach } from '../consents.ts';
import { factsFor, monday } from '../testing/facts.ts';
import { hasConsent } from './has-consent.ts';

const day = 24 * 3_600_000;
const row = (changes: Partial<ConsentRow> = {}): ConsentRow => ({
  ...{ id: 'consent_1', client_id: '', number: '+12125551234', purpose: 'calls', source: 'a form', wording: null },
  ...{ call_id: null, given_at: new Date(monday - day), expires_at: null, created_at: new Date(monday - day) },
  ...{ withdrawn_at: null, withdrawn_reason: null, withdrawn_call_id: null },
  ...changes,
});
const withdrawn = { withdrawn_at: new Date(monday - 1), withdrawn_reason: 'by mail' };

it.each([
  [[], 'none'],
  [[row()], 'given'],
  [[row({ given_at: new Date(monday + 1) })], 'none'],
  [[row({ purpose: 'marketing' })], 'none'],
  [[row(withdrawn)], 'withdrawn'],
  [[row(), row(withdrawn)], 'given'],
  [[row({ expires_at: new Date(monday) })], 'expired'],
  [[row({ expires_at: new Date(monday + 1) })], 'given'],
] as const)('of %# kinds of list it is known what holds now', (rows, state) => {
  expect(consentStateOf(rows, 'calls', monday).state).toBe(state);
});

const say = (rows: readonly ConsentRow[], requiredConsents: ('calls' | 'marketing')[] = []) => {
  const finding = hasConsent(
    factsFor('+12125551234', { consents: stateOfEach(rows, monday), requiredConsents }),
    monday,
  );
  return finding.verdict === 'forbids' ? finding.code : finding.verdict;
};

it('forbids a call without the consents that are demanded, and any after it was taken back', () => {
  expect([say([]), say([row()]), say([row(withdrawn)])]).toEqual(['allows', 'allows', 'dial/consent-withdrawn']);
  expect([say([], ['calls']), say([row()], ['calls'])]).toEqual(['dial/no-consent', 'allows']);
  expect(say([row()], ['calls', 'marketing'])).toBe('dial/no-consent');
  const marketing = row({ purpose: 'marketing' });
  expect(say([row(), marketing], ['calls', 'marketing'])).toBe('allows');
  expect(say([row({ ...marketing, ...withdrawn })])).toBe('allows');
  expect(say([row({ ...marketing, ...withdrawn })], ['marketing'])).toBe('dial/consent-withdrawn');
  expect(say([row({ expires_at: new Date(monday) })], ['calls'])).toBe('dial/no-consent');
});
