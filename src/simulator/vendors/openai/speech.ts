/** Simulated OpenAI speech: one text for one request, as linear sound at 24 kHz. */
import { z } from 'zod';
import { parseObject, toComplaint } from '../parse-message.ts';
import { toAnswer, toRefusal } from '../refusals.ts';
import { speakOnce } from '../speak-once.ts';
import type { HttpEndpoint } from '../vendor.ts';

const voices = [
  ...['alloy', 'ash', 'ballad', 'coral', 'echo', 'fable', 'onyx', 'nova', 'sage', 'shimmer', 'verse'],
  ...['marin', 'cedar'],
];

const order = z.object({
  input: z.string().min(1).max(4096),
  model: z.string(),
  voice: z.union([z.enum(voices), z.object({ id: z.string() })]),
  response_format: z.enum(['mp3', 'opus', 'aac', 'flac', 'wav', 'pcm']).default('mp3'),
  speed: z.number().min(0.25).max(4).default(1),
  stream_format: z.enum(['audio', 'sse']).default('audio'),
});

const models = /^(?:tts-1(?:-hd)?|gpt-4o-mini-tts(?:-\d{4}-\d{2}-\d{2})?)$/u;

export const speech: HttpEndpoint = {
  ...{ vendor: 'openai', kind: 'tts', method: 'POST', path: /^(?:\/v1)?\/audio\/speech(?:\?|$)/u },
  async answer(request, parts) {
    const { data, error } = order.safeParse(parseObject(Buffer.from(request.body ?? []).toString('utf8')));
    if (!data) return toAnswer(toRefusal('openai', 400, toComplaint(error)));
    if (!models.test(data.model)) return toAnswer(toRefusal('openai', 404, 'The model does not exist'));
    if (data.response_format !== 'pcm' || data.stream_format !== 'audio') {
      return toAnswer(toRefusal('openai', 400, 'the simulated vendor makes response_format=pcm, stream_format=audio'));
    }
    const voice = typeof data.voice === 'string' ? data.voice : data.voice.id;
    return {
      status: 200,
      headers: { 'content-type': 'audio/pcm' },
      body: speakOnce(parts, { text: data.input, voice, encoding: 'pcm-24000' }),
    };
  },
};
