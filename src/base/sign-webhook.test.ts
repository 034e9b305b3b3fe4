import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { expect, test } from 'vitest';
import { createSeededRandom, systemRandom } from './random.ts';
import { makeWebhookSecret, signWebhook } from './sign-webhook.ts';

const [first, second] = [makeWebhookSecret(systemRandom), makeWebhookSecret(systemRandom)];
const message = { id: 'event_1', atMs: Date.now(), body: '{"type":"call.ended","words":"süß"}' };

test('a secret is 32 random bytes in the form that verifiers take', () => {
  expect(makeWebhookSecret(createSeededRandom(1))).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
  expect(first).not.toBe(second);
});

test('a message is proven to whoever has one of the secrets', () => {
  const headers = signWebhook(message, [first, second]);
  for (const secret of [first, second]) {
    expect(new Webhook(secret).verify(message.body, headers)).toEqual(JSON.parse(message.body));
  }
});

test('a message that was changed anywhere, is old, or was signed by somebody else is not', () => {
  const verify =
    (headers: Record<string, string>, body = message.body) =>
    () =>
      new Webhook(first).verify(body, headers);
  const headers = signWebhook(message, [first]);
  fc.assert(
    fc.property(fc.nat(message.body.length - 1), fc.integer({ min: 1, max: 0x7f }), (index, shift) => {
      const changed = String.fromCharCode((message.body.charCodeAt(index) + shift) % 0x80);
      fc.pre(changed !== message.body[index]);
      expect(verify(headers, message.body.slice(0, index) + changed + message.body.slice(index + 1))).toThrow();
    }),
  );
  expect(verify({ ...headers, 'webhook-id': 'event_2' })).toThrow(/No matching/);
  expect(verify({ ...headers, 'webhook-timestamp': String(Number(headers['webhook-timestamp']) - 1) })).toThrow(
    /No match/,
  );
  expect(verify(signWebhook({ ...message, atMs: message.atMs - 301_000 }, [first]))).toThrow(/too old/);
  expect(verify(signWebhook(message, [second]))).toThrow(/No matching/);
});
