/** Gathers, bit by bit, what follows the start packet of a word: its length and its text. */
import { bodyHeadBytes, checksumBits, mostTextBytes, toBodyChecksum, type WordBody } from './word-packet.ts';

export interface BodyReader {
  /** The next bit is the first of a body. */
  begin(): void;
  /** The body when this was its last bit; null as long as bits are missing. Its text is good until `begin`. */
  take(bit: number): WordBody | 'spoiled' | null;
}

const checksumBytes = checksumBits / 8;

export function createBodyReader(): BodyReader {
  const bytes = new Uint8Array(bodyHeadBytes + mostTextBytes + checksumBytes);
  let taken = 0;
  return {
    begin() {
      taken = 0;
    },
    take(bit) {
      const at = taken >> 3;
      bytes[at] = ((bytes[at] ?? 0) << 1) | bit;
      taken += 1;
      if (taken < bodyHeadBytes * 8) return null;
      const size = bodyHeadBytes + (bytes[2] ?? 0);
      if (taken < size * 8 + checksumBits) return null;
      let checksum = 0;
      for (const byte of bytes.subarray(size, size + checksumBytes)) checksum = (checksum << 8) | byte;
      if (toBodyChecksum(bytes.subarray(0, size)) !== checksum) return 'spoiled';
      return { length: ((bytes[0] ?? 0) << 8) | (bytes[1] ?? 0), text: bytes.subarray(bodyHeadBytes, size) };
    },
  };
}
