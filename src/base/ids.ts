/** Names for new things: a readable prefix, the time, and enough randomness never to meet twice. */
import type { Clock } from './clock.ts';
import type { Random } from './random.ts';

export type IdPrefix =
  | 'call'
  | 'attempt'
  | 'turn'
  | 'event'
  | 'req'
  | 'node'
  | 'client'
  | 'user'
  | 'session'
  | 'key'
  | 'recording'
  | 'number'
  | 'price'
  | 'consent'
  | 'campaign'
  | 'contact'
  | 'webhook'
  | 'document'
  | 'erasure';

/** Makes ids like `call_01kad3v7x2m4q8r5t9w1y3z6bc`: sortable by time of making, 80 random bits. */
export type NewId = (prefix: IdPrefix) => string;

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';

function encodeTime(ms: number): string {
  let rest = ms;
  let text = '';
  for (let digit = 0; digit < 10; digit += 1) {
    text = `${alphabet[rest % 32]}${text}`;
    rest = Math.floor(rest / 32);
  }
  return text;
}

export function createIds(clock: Clock, random: Random): NewId {
  return (prefix) => {
    const bytes = random.bytes(16);
    const tail = Array.from(bytes, (byte) => alphabet[byte % 32]).join('');
    return `${prefix}_${encodeTime(clock.now())}${tail}`;
  };
}
