/**
 * ElevenLabs' speech over a socket with several contexts, as a pure codec: one context for each utterance.
 * @see https://elevenlabs.io/docs/api-reference/text-to-speech/v-1-text-to-speech-voice-id-multi-stream-input, 2026-11-20
 */
import type { SocketTarget } from '../../base/raw-socket.ts';
import type { SocketFailure } from '../../base/vendor-socket.ts';
import { kindOfFailure } from './failure-kinds.ts';
import { toLanguageCode, toSocketUrl } from './wire-forms.ts';

/** Characters and when each of them sounds, in ms since the sound of the same frame began; all lists are as long. */
export interface Alignment {
  chars: readonly string[];
  startsMs: readonly number[];
  endsMs: readonly number[];
}

export type SpeechFrame =
  | { type: 'speech'; context: string; sound: Uint8Array | null; alignment: Alignment | null; isFinal: boolean }
  | { type: 'failed'; failure: SocketFailure };

/** The vendor closes a context, and a socket without any, that it hears nothing of for so long. */
const inactivitySeconds = 60;
/** Models that can be told which language they speak. */
const takesLanguage = /_v2_5$/u;

export function toSpeechTarget(wanted: {
  apiKey: string;
  baseUrl: string;
  model: string;
  voice: string;
  language: string;
}): SocketTarget {
  const query = new URLSearchParams({
    model_id: wanted.model,
    output_format: 'ulaw_8000',
    // Speaks each text at once: what it is given are whole clauses.
    auto_mode: 'true',
    sync_alignment: 'true',
    inactivity_timeout: String(inactivitySeconds),
  });
  if (takesLanguage.test(wanted.model)) query.set('language_code', toLanguageCode(wanted.language));
  const path = `/v1/text-to-speech/${encodeURIComponent(wanted.voice)}/multi-stream-input`;
  return { url: toSocketUrl(wanted.baseUrl, path, query), headers: { 'xi-api-key': wanted.apiKey } };
}

export const speechFrames = {
  open: (context: string) => JSON.stringify({ text: ' ', context_id: context }),
  text: (context: string, text: string) => JSON.stringify({ text, context_id: context }),
  keepAlive: (context: string) => JSON.stringify({ text: '', context_id: context }),
  flush: (context: string) => JSON.stringify({ context_id: context, flush: true }),
  /** What was flushed before is still spoken. */
  close: (context: string) => JSON.stringify({ context_id: context, close_context: true }),
  farewell: () => JSON.stringify({ close_socket: true }),
};

/** Null for a frame that makes no sense, or that there is no use for. */
export function decodeSpeech(data: string | Uint8Array): SpeechFrame | null {
  if (typeof data !== 'string') return null;
  const frame = parseObject(data);
  if (!frame) return null;
  const failure = toFailure(frame);
  if (failure) return { type: 'failed', failure };
  const context = frame.contextId ?? frame.context_id;
  if (typeof context !== 'string') return null;
  const audio = frame.audio;
  return {
    type: 'speech',
    context,
    sound: typeof audio === 'string' && audio !== '' ? Buffer.from(audio, 'base64') : null,
    // The other one has the words as they are spoken ("twenty"), not as they were written ("20").
    alignment: toAlignment(frame.alignment) ?? toAlignment(frame.normalizedAlignment),
    isFinal: frame.isFinal === true || frame.is_final === true,
  };
}

function parseObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

function toFailure(frame: Record<string, unknown>): SocketFailure | null {
  const { error, message, code } = frame;
  const name = typeof error === 'string' ? error : '';
  if (name === '' && (typeof code !== 'number' || typeof message !== 'string')) return null;
  const said = typeof message === 'string' && message !== '' ? message : name;
  return { kind: kindOfFailure(name), message: `elevenlabs reported: ${said.slice(0, 300)}` };
}

function toAlignment(value: unknown): Alignment | null {
  if (typeof value !== 'object' || value === null) return null;
  const lists = value as Record<string, unknown>;
  const { chars, charStartTimesMs: starts } = lists;
  const durations = lists.charDurationsMs ?? lists.charsDurationsMs;
  if (!Array.isArray(chars) || !Array.isArray(starts) || !Array.isArray(durations)) return null;
  const count = Math.min(chars.length, starts.length, durations.length);
  const startsMs = starts.slice(0, count).map(toMs);
  const endsMs = startsMs.map((startMs, at) => startMs + toMs(durations[at]));
  return { chars: chars.slice(0, count).map(String), startsMs, endsMs };
}

function toMs(value: unknown): number {
  const ms = Number(value);
  return Number.isFinite(ms) && ms > 0 ? ms : 0;
}
