/** Spoken sound in the encodings that simulated voices are asked for. */
import { toTripled } from '../../audio/decimate.ts';
import { decodeMulaw } from '../../audio/mulaw.ts';
import type { SpokenChunk } from './speaking-line.ts';

export type SoundEncoding = 'mulaw-8000' | 'pcm-8000' | 'pcm-24000';

/** Chunk after chunk of one voice. */
export type ChunkEncoder = (chunk: SpokenChunk) => Uint8Array;

/** A piece is encoded as a whole, because what is made of its parts would not fit together at their edges. */
export function createChunkEncoder(encoding: SoundEncoding): ChunkEncoder {
  if (encoding === 'mulaw-8000') return ({ sound }) => sound;
  let newest: { piece: SpokenChunk['piece']; encoded: Uint8Array } | null = null;
  return ({ piece, sound, from }) => {
    if (newest?.piece !== piece) newest = { piece, encoded: toLinear(piece.sound, encoding) };
    const times = newest.encoded.length / piece.sound.length;
    return newest.encoded.subarray(from * times, (from + sound.length) * times);
  };
}

function toLinear(sound: Uint8Array, encoding: 'pcm-8000' | 'pcm-24000'): Uint8Array {
  const samples = decodeMulaw(sound);
  if (encoding === 'pcm-24000') return toTripled(samples);
  return new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
}
