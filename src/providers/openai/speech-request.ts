/**
 * One text spoken by OpenAI: a request, and its answer as telephone sound while it comes.
 * @see https://platform.openai.com/docs/api-reference/audio/createSpeech, 2026-11-20
 */
import { createDecimator, type Decimator } from '../../audio/decimate.ts';
import { encodeMulaw } from '../../audio/mulaw.ts';
import { messageOf } from '../../base/errors.ts';
import { kindOfStatus } from '../../base/vendor-socket.ts';
import { VendorFailed, type VendorFailure } from '../../ports/vendor-failed.ts';
import { readRefusal } from './failures.ts';

export interface SpeechAccess {
  apiKey: string;
  /** Up to and including `/v1`. */
  baseUrl: string;
  model: string;
  fetch: typeof globalThis.fetch;
  /** From 24 kHz to the telephone's rate; `createDecimator` unless told. */
  createResampler?: () => Decimator;
}

/** What the vendor takes at once. */
export const longestText = 4096;
/** The slowest speech there is, with a pause before it; what is longer is no speech of this text. */
const mostMsPerCharacter = 500;
const mostPauseMs = 10_000;
/** 24 kHz, 16 bits. */
const bytesPerMs = 48;
const maxMessageLength = 300;

/** The answer, whose body is yet to be read. @throws VendorFailed */
export async function askForSpeech(
  access: SpeechAccess,
  spoken: { text: string; voice: string; signal: AbortSignal },
): Promise<ReadableStream<Uint8Array>> {
  const { text, voice, signal } = spoken;
  const response = await access
    .fetch(`${access.baseUrl.replace(/\/+$/u, '')}/audio/speech`, {
      method: 'POST',
      headers: { authorization: `Bearer ${access.apiKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: access.model, voice, input: text, response_format: 'pcm' }),
      signal,
      redirect: 'manual',
    })
    .catch((error: unknown) => {
      throw failed('vendor/unavailable', `cannot be reached: ${toCause(error).replaceAll(access.apiKey, '[key]')}`);
    });
  if (!response.ok) {
    const { message, code } = await readRefusal(response, access.apiKey);
    const kind = code === 'insufficient_quota' ? 'refused' : kindOfStatus(response.status);
    throw failed(`vendor/${kind}`, `answered ${response.status}: ${message}`);
  }
  const type = response.headers.get('content-type') ?? '';
  if (!response.body || /json|text/iu.test(type)) {
    await response.body?.cancel();
    throw failed('vendor/broken-stream', `answered with ${type || 'nothing'} instead of sound`);
  }
  return response.body;
}

/** The sound as μ-law, 8 kHz, in pieces of any length. @throws VendorFailed `vendor/broken-stream` */
export async function* readSpeech(
  access: SpeechAccess,
  body: AsyncIterable<Uint8Array>,
  text: string,
): AsyncGenerator<Uint8Array> {
  const resampler = (access.createResampler ?? createDecimator)();
  let leftBytes = (mostPauseMs + text.length * mostMsPerCharacter) * bytesPerMs;
  let isSilent = true;
  try {
    for await (const bytes of body) {
      leftBytes -= bytes.length;
      if (leftBytes < 0) throw failed('vendor/broken-stream', 'sent more sound than there was to say');
      isSilent &&= bytes.length === 0;
      yield encodeMulaw(resampler.take(bytes));
    }
  } catch (error) {
    throw error instanceof VendorFailed ? error : failed('vendor/broken-stream', 'broke off in the middle of a text');
  }
  if (isSilent) throw failed('vendor/broken-stream', 'sent no sound');
  yield encodeMulaw(resampler.end());
}

function failed(code: VendorFailure, message: string): VendorFailed {
  return new VendorFailed('openai', code, `openai ${message}.`);
}

/** fetch itself only says "fetch failed"; what happened is in its cause. */
function toCause(error: unknown): string {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  return messageOf(cause).slice(0, maxMessageLength);
}
