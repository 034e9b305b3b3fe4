/** Checks that a message comes from Callwright: give it the headers and the body as they arrived. */
import { createHmac, timingSafeEqual } from 'node:crypto';

const toleranceSeconds = 300;

/** @throws Error when the message is not to be believed */
export function verifyWebhook(
  secret: string,
  { headers, body }: { headers: Record<string, string | undefined>; body: string },
  nowSeconds = Date.now() / 1000,
): unknown {
  const id = headers['webhook-id'] ?? '';
  const timestamp = headers['webhook-timestamp'] ?? '';
  const age = nowSeconds - Number(timestamp);
  if (id === '' || !/^\d+$/.test(timestamp)) throw new Error('headers are missing');
  if (Math.abs(age) > toleranceSeconds) throw new Error('the message is not of now');
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const expected = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest();
  const isSigned = (headers['webhook-signature'] ?? '').split(' ').some((signature) => {
    const [version, text = ''] = signature.split(',');
    const given = Buffer.from(text, 'base64');
    return version === 'v1' && given.length === expected.length && timingSafeEqual(given, expected);
  });
  if (!isSigned) throw new Error('the signature is not that of the secret');
  return JSON.parse(body);
}
