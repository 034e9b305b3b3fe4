import { expect, test } from 'vitest';
import { twilioSettings } from './settings.ts';

test.each([
  ['TWILIO_ACCOUNT_SID', `AC${'0'.repeat(32)}`, 'AC123'],
  ['TWILIO_AUTH_TOKEN', 'secret', ''],
  ['TWILIO_PHONE_NUMBER', '+12125551234', '2125551234'],
  ['TWILIO_API_BASE_URL', 'http://127.0.0.1:4010', 'ftp://example.test'],
] as const)('%s takes %s and not "%s"', (name, good, bad) => {
  expect(twilioSettings[name].schema.parse(good)).toBe(good);
  expect(twilioSettings[name].schema.safeParse(bad).success).toBe(false);
});

test('the API is at Twilio unless said otherwise, and a trailing slash does no harm', () => {
  expect(twilioSettings.TWILIO_API_BASE_URL.schema.parse(undefined)).toBe('https://api.twilio.com');
  expect(twilioSettings.TWILIO_API_BASE_URL.schema.parse('http://localhost:4010/')).toBe('http://localhost:4010');
});

test('tokens are secrets and a second one is not needed', () => {
  expect(twilioSettings.TWILIO_AUTH_TOKEN.secret).toBe(true);
  expect(twilioSettings.TWILIO_AUTH_TOKEN_SECONDARY.secret).toBe(true);
  expect(twilioSettings.TWILIO_AUTH_TOKEN_SECONDARY.schema.parse(undefined)).toBeUndefined();
});
