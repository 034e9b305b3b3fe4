/** The form of API keys: a part that is shown and looked up, and a part that only its holder knows. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Random } from '../base/random.ts';

export interface ApiKey {
  /** Shown once, when it is made. */
  whole: string;
  prefix: string;
  /** SHA-256 of the whole; 256 random bits need no slower hash. */
  hash: string;
}

const prefixLength = 12;
const alphabet = '0123456789abcdefghijklmnopqrstuvwxyz';
const form = /^cw_live_([0-9a-z]{12})_[\w-]{43}$/;

export function makeApiKey(random: Random): ApiKey {
  let prefix = '';
  while (prefix.length < prefixLength) {
    const [byte = 255] = random.bytes(1);
    // The bytes above the last multiple of 36 would make some letters likelier than others.
    if (byte < 252) prefix += alphabet[byte % alphabet.length];
  }
  const whole = `cw_live_${prefix}_${Buffer.from(random.bytes(32)).toString('base64url')}`;
  return { whole, prefix, hash: hashOf(whole) };
}

/** The prefix to look a key up by; null for what is no API key. */
export function prefixOf(credential: string): string | null {
  return form.exec(credential)?.[1] ?? null;
}

export const hashOf = (secret: string) => createHash('sha256').update(secret).digest('hex');

/** Compares in a time that does not depend on where two secrets differ, nor on their lengths. */
export function isSameSecret(one: string, other: string): boolean {
  return timingSafeEqual(Buffer.from(hashOf(one)), Buffer.from(hashOf(other)));
}
