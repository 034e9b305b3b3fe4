/** The packets of bits in which a word is written into sound: 80 bits that say which word it is, and its text. */

export interface WordHeader {
  kind: 'start' | 'middle' | 'end';
  /** 20 bits. */
  utterance: number;
  /** 10 bits. */
  index: number;
}

export interface WordBody {
  /** Samples from the first of the start packet to the last of the end packet. */
  length: number;
  text: Uint8Array;
}

/** Words of one speech beyond this many begin to count from 0 again. */
export const mostIndexes = 2 ** 10;
export const mostUtterances = 2 ** 20;

/** 24 bits that no silence and no tone repeats. */
export const sync = 0x9a7d13;
/** Sync 24, kind 2, utterance 20, index 10, checksum 24; a whole one is in any 160 bits of a row of them. */
export const headerBits = 80;
/** Length 16 bits and size of the text 8, before the text; checksum 24 behind it. */
export const bodyHeadBytes = 3;
export const checksumBits = 24;
export const mostTextBytes = 255;

const kinds = ['start', 'middle', 'end'] as const;
const polynomial = 0x864cfb;

/** CRC-24 (RFC 9580, section 6.1) of a number of 32 bits. */
export function toHeaderChecksum(value: number): number {
  let crc = 0xb704ce;
  for (let shift = 24; shift >= 0; shift -= 8) crc = addToChecksum(crc, (value >>> shift) & 0xff);
  return crc;
}

function addToChecksum(before: number, byte: number): number {
  let crc = before ^ (byte << 16);
  for (let bit = 0; bit < 8; bit += 1) {
    crc <<= 1;
    if (crc & 0x1000000) crc ^= polynomial;
  }
  return crc & 0xffffff;
}

/** Of the bytes of a body: length, size and text. */
export function toBodyChecksum(bytes: Uint8Array): number {
  let crc = 0;
  for (const byte of bytes) crc = addToChecksum(crc, byte);
  return crc;
}

function putBits(bits: Uint8Array, at: number, { value, count }: { value: number; count: number }): number {
  for (let bit = 0; bit < count; bit += 1) bits[at + bit] = (value >>> (count - 1 - bit)) & 1;
  return at + count;
}

/** One byte for each bit. */
export function toHeaderBits({ kind, utterance, index }: WordHeader): Uint8Array {
  const value = ((kinds.indexOf(kind) << 30) | (utterance << 10) | index) >>> 0;
  const bits = new Uint8Array(headerBits);
  const valueAt = putBits(bits, 0, { value: sync, count: 24 });
  const checksumAt = putBits(bits, valueAt, { value, count: 32 });
  putBits(bits, checksumAt, { value: toHeaderChecksum(value), count: checksumBits });
  return bits;
}

/** Null when the checksum or the kind is wrong. */
export function fromHeaderValue(value: number, checksum: number): WordHeader | null {
  const kind = kinds[value >>> 30];
  if (kind === undefined || toHeaderChecksum(value) !== checksum) return null;
  return { kind, utterance: (value >>> 10) & 0xfffff, index: value & 0x3ff };
}

export function toBodyBits({ length, text }: WordBody): Uint8Array {
  const bytes = new Uint8Array(bodyHeadBytes + text.length);
  bytes.set([(length >>> 8) & 0xff, length & 0xff, text.length]);
  bytes.set(text, bodyHeadBytes);
  const bits = new Uint8Array(bytes.length * 8 + checksumBits);
  let at = 0;
  for (const byte of bytes) at = putBits(bits, at, { value: byte, count: 8 });
  putBits(bits, at, { value: toBodyChecksum(bytes), count: checksumBits });
  return bits;
}

/** UTF-8, cut between characters where it is too long. */
export function toWordText(text: string): Uint8Array {
  const bytes = new Uint8Array(mostTextBytes);
  const { written } = new TextEncoder().encodeInto(text, bytes);
  return bytes.subarray(0, written);
}
