import { expect, test } from 'vitest';
import { errorCodes, outcomeOfSipCode } from './error-codes.ts';

test('every code says what it means and what a person can do', () => {
  expect(errorCodes.size).toBeGreaterThan(110);
  for (const [code, advice] of errorCodes) {
    expect(code).toBeGreaterThan(10_000);
    expect(advice.meaning).toMatch(/^[A-Z].*[^.]$/);
    expect(advice.resolution).toMatch(/^[A-Z].*\.$/);
  }
});

test.each([
  [20429, 'yes', undefined],
  [10004, 'later', undefined],
  [21211, 'no', undefined],
  [21219, 'no', undefined],
  [13224, 'no', undefined],
  [32016, 'yes', undefined],
  [21215, 'no', true],
  [13227, 'no', true],
  [21210, 'no', true],
  [20003, 'no', true],
  [20005, 'no', true],
  [10001, 'no', true],
])('%i: retry %s, stops the campaign: %s', (code, retry, stopsCampaign) => {
  expect(errorCodes.get(code)?.retry).toBe(retry);
  expect(errorCodes.get(code)?.stopsCampaign).toBe(stopsCampaign);
});

test.each([
  [200, 'answered'],
  [486, 'busy'],
  [600, 'busy'],
  [480, 'no_answer'],
  [408, 'no_answer'],
  [487, 'canceled'],
  [603, 'declined'],
  [604, 'bad_number'],
  [403, 'forbidden'],
  [503, 'carrier_trouble'],
  [418, 'unknown'],
])('SIP %i is %s', (sipCode, outcome) => {
  expect(outcomeOfSipCode(sipCode)).toBe(outcome);
});
