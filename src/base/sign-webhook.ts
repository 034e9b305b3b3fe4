/** Signs what is sent to others by the Standard Webhooks scheme. @see https://www.standardwebhooks.com (read 2026-11-20) */
import { createHmac } from 'node:crypto';
import type { Random } from './random.ts';

export interface WebhookMessage {
  /** The same however often it is sent. */
  id: string;
  /** When it is sent. */
  atMs: number;
  body: string;
}

const secretPrefix = 'whsec_';
const signatureVersion = 'v1';

export function makeWebhookSecret(random: Random): string {
  return `${secretPrefix}${Buffer.from(random.bytes(32)).toString('base64')}`;
}

/** The headers that prove where a message comes from, to whoever has one of the secrets. */
export function signWebhook({ id, atMs, body }: WebhookMessage, secrets: readonly string[]): Record<string, string> {
  const timestamp = String(Math.floor(atMs / 1000));
  const signed = `${id}.${timestamp}.${body}`;
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(secret.slice(secretPrefix.length), 'base64');
    return `${signatureVersion},${createHmac('sha256', key).update(signed).digest('base64')}`;
  });
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') };
}
