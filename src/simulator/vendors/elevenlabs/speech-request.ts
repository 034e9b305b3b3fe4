/** Simulated ElevenLabs speech for one HTTP request. */
import { z } from 'zod';
import { parseObject, toComplaint } from '../parse-message.ts';
import { toAnswer, toRefusal } from '../refusals.ts';
import { speakOnce } from '../speak-once.ts';
import type { HttpEndpoint } from '../vendor.ts';
import { encodings, models, outputFormat } from './speech-settings.ts';

const mostCharacters = 10_000;
const order = z.object({ text: z.string().min(1), model_id: models.default('eleven_multilingual_v2') });

export const speechRequest: HttpEndpoint = {
  ...{ vendor: 'elevenlabs', kind: 'tts', method: 'POST', path: /^\/v1\/text-to-speech\/[^/?]+(?:\/stream)?(?:\?|$)/u },
  async answer(request, parts) {
    const { data: format } = outputFormat.safeParse(request.url.searchParams.get('output_format'));
    if (!format) return toAnswer(toRefusal('elevenlabs', 400, 'the simulated vendor does not make this output_format'));
    const { data, error } = order.safeParse(parseObject(Buffer.from(request.body ?? []).toString('utf8')));
    if (!data) return toAnswer(toRefusal('elevenlabs', 422, toComplaint(error)));
    if (data.text.length > mostCharacters) return toAnswer(toRefusal('elevenlabs', 400, 'the text is too long'));
    const voice = decodeURIComponent(request.url.pathname.split('/')[3] ?? '');
    return {
      status: 200,
      headers: { 'content-type': 'application/octet-stream', 'character-cost': String(data.text.length) },
      body: speakOnce(parts, { text: data.text, voice, encoding: encodings[format] }),
    };
  },
};
