import { expect, it } from 'vitest';
import { usualPlaceRules } from '../call/dial/rules/place-rules.ts';
import { readConfig } from '../config/read-config.ts';
import { toDialPolicy } from './to-dial-policy.ts';

const account = {
  TWILIO_ACCOUNT_SID: `AC${'5'.repeat(32)}`,
  TWILIO_AUTH_TOKEN: 'token',
  TWILIO_PHONE_NUMBER: '+12125551234',
  PUBLIC_URL: 'https://calls.example.org',
};
const limitsOf = (environment: Record<string, string>) => {
  const { callsPerNumberPerDay, callsPerNumberPerWeek } = toDialPolicy(readConfig(environment), usualPlaceRules);
  return [callsPerNumberPerDay, callsPerNumberPerWeek];
};

it('rings a person 3 times a day and 10 times a week at most, where a phone is real', () => {
  expect(limitsOf(account)).toEqual([3, 10]);
  expect(limitsOf({})).toEqual([null, null]);
  expect(limitsOf({ ...account, TWILIO_API_BASE_URL: 'http://127.0.0.1:4010' })).toEqual([null, null]);
});

it('takes what is set, wherever the phones are', () => {
  const set = { CALLS_PER_NUMBER_PER_DAY: '5', CALLS_PER_NUMBER_PER_WEEK: '0' };
  expect(limitsOf({ ...account, ...set })).toEqual([5, 0]);
  expect(limitsOf(set)).toEqual([5, 0]);
  expect(toDialPolicy(readConfig({ ALLOWED_COUNTRIES: 'gb' }), usualPlaceRules).allowedCountries).toEqual(['GB']);
});
