/** Puts a sound where it belongs in a piece of time. */
import { bytesPerMs } from '../../audio/mulaw.ts';
import type { LineSound } from '../phone-line.ts';

export function endOf(sound: LineSound): number {
  return sound.atMs + sound.toMulaw().length / bytesPerMs;
}

/** Copies as much of the sound as falls into the piece, which begins at `pieceAtMs`. */
export function laySound(piece: Uint8Array, pieceAtMs: number, sound: LineSound): void {
  const start = Math.round((sound.atMs - pieceAtMs) * bytesPerMs);
  if (start >= piece.length) return;
  const at = Math.max(0, start);
  const from = at - start;
  piece.set(sound.toMulaw().subarray(from, from + piece.length - at), at);
}
