/** What an agent sends, in the vendor's own shapes. */
import { bytesPerMs } from '../../../../audio/mulaw.ts';
import type { SpokenPiece } from '../say-reply.ts';
import { toWire, type WireFormat } from '../wire-sound.ts';

export type ErrorType =
  | 'invalid_message'
  | 'missing_dynamic_variable'
  | 'override_error'
  | 'transport_receive_timeout'
  | 'llm_error';

export interface ServerMessage {
  type: string;
  [field: string]: unknown;
}

/** Pieces of a reply that are sent as one. */
export interface SoundChunk {
  pieces: readonly SpokenPiece[];
  startMs: number;
}

const [fewestChunks, mostChunks] = [2, 4];
const usualChunkMs = 1500;

/** Two to four of about the same length; one for a single piece. */
export function toChunks(pieces: readonly SpokenPiece[]): SoundChunk[] {
  const totalMs = pieces.reduce((sum, { sound }) => sum + sound.length, 0) / bytesPerMs;
  const count = Math.min(Math.max(Math.ceil(totalMs / usualChunkMs), fewestChunks), mostChunks);
  const chunks: { pieces: SpokenPiece[]; startMs: number }[] = [];
  let sentMs = 0;
  for (const piece of pieces) {
    if (sentMs >= (chunks.length * totalMs) / count) chunks.push({ pieces: [], startMs: sentMs });
    chunks.at(-1)?.pieces.push(piece);
    sentMs += piece.sound.length / bytesPerMs;
  }
  return chunks;
}

export function toAudioMessage(chunk: SoundChunk, eventId: number, format: WireFormat): ServerMessage {
  const sound = Buffer.concat(chunk.pieces.map((piece) => piece.sound));
  return {
    type: 'audio',
    audio_event: {
      audio_base_64: Buffer.from(toWire(sound, format)).toString('base64'),
      event_id: eventId,
      alignment: toAlignment(chunk),
    },
  };
}

/** Each character's time, from the beginning of this chunk; a word's letters share its time evenly. */
function toAlignment({ pieces, startMs }: SoundChunk) {
  const chars: string[] = [];
  const starts: number[] = [];
  const durations: number[] = [];
  for (const piece of pieces) {
    const word = piece.text.trimEnd();
    const letterMs = (piece.endMs - piece.startMs) / Math.max(1, word.length);
    for (let at = 0; at < piece.text.length; at += 1) {
      chars.push(piece.text.charAt(at));
      starts.push(Math.round(piece.startMs - startMs + Math.min(at, word.length) * letterMs));
      durations.push(at < word.length ? Math.round(letterMs) : 0);
    }
  }
  return { chars, char_start_times_ms: starts, char_durations_ms: durations };
}

export function toErrorMessage(code: number, type: ErrorType, message: string): ServerMessage {
  return { type: 'error', error_event: { code, error_type: type, message, reason: message } };
}
