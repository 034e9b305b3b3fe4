import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { verifyWebhook } from '../../examples/verify-webhook.ts';
import { systemRandom } from './random.ts';
import { makeWebhookSecret, signWebhook } from './sign-webhook.ts';

const [secret, older] = [makeWebhookSecret(systemRandom), makeWebhookSecret(systemRandom)];
const now = 1_800_000_000;
const message = { id: 'event_1', atMs: now * 1000, body: '{"type":"call.ended","words":"süß"}' };
const headers = signWebhook(message, [secret, older]);

const asked = { secret, headers, body: message.body, now };
type Asked = typeof asked;

const believed: Asked[] = [asked, { ...asked, secret: older }];
const refused: [Asked, RegExp][] = [
  [{ ...asked, secret: makeWebhookSecret(systemRandom) }, /signature/],
  [{ ...asked, body: message.body.replace('ended', 'begun') }, /signature/],
  [{ ...asked, headers: { ...headers, 'webhook-id': 'event_2' } }, /signature/],
  [{ ...asked, headers: { ...headers, 'webhook-signature': 'v1,' } }, /signature/],
  [{ ...asked, headers: {} }, /missing/],
  [{ ...asked, now: now + 301 }, /not of now/],
  [{ ...asked, now: now - 301 }, /not of now/],
];

type Checked = { message?: unknown; error?: string };

function inTypeScript({ secret, now, ...message }: Asked): Checked {
  try {
    return { message: verifyWebhook(secret, message, now) };
  } catch (error) {
    return { error: String(error) };
  }
}

function inPython(all: Asked[]): Checked[] {
  const input = all.map((each) => JSON.stringify(each)).join('\n');
  const { stdout } = spawnSync('python3', ['examples/verify-webhook.py'], { input, encoding: 'utf8' });
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

test.each([
  ['TypeScript', (all: Asked[]) => all.map(inTypeScript)],
  ['Python', inPython],
])('the example in %s believes a signed message, and none that was tampered with', (_language, verifyAll) => {
  const message = JSON.parse(asked.body);
  expect(verifyAll(believed)).toEqual([{ message }, { message }]);
  const errors = verifyAll(refused.map(([each]) => each)).map(({ error }) => error);
  expect(errors).toEqual(refused.map(([, words]) => expect.stringMatching(words)));
});
