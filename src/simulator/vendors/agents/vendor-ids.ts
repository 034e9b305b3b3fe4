/** Ids as vendors make them: a prefix and random letters. */
import type { Random } from '../../../base/random.ts';

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const length = 21;

export type NewVendorId = (prefix: string) => string;

export function createVendorIds(random: Random): NewVendorId {
  return (prefix) => {
    const letters = Array.from(random.bytes(length), (byte) => alphabet[byte % alphabet.length]);
    return `${prefix}_${letters.join('')}`;
  };
}
