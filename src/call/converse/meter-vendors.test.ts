import { expect, it } from 'vitest';
import { createFakeClock } from '../../base/clock.ts';
import type { LanguageModel, ReplyPart } from '../../ports/language-model.ts';
import type { SpeechToText } from '../../ports/speech-to-text.ts';
import type { TextToSpeech } from '../../ports/text-to-speech.ts';
import { VendorFailed } from '../../ports/vendor-failed.ts';
import type { AgentRequest, VoiceAgent } from '../../ports/voice-agent.ts';
import { meterAgent, meterEars, meterModel, meterMouth } from './meter-vendors.ts';

function createBook() {
  const sums = new Map<string, number>();
  return {
    sums,
    count: ({
      vendor,
      model,
      item,
      quantity,
    }: {
      vendor: string;
      model: string | null;
      item: string;
      quantity: number;
    }) => {
      const key = `${vendor} ${model} ${item}`;
      sums.set(key, (sums.get(key) ?? 0) + quantity);
    },
  };
}

const twentyMs = new Uint8Array(160);

it('counts the seconds that a recognizer is given to hear, also of one that fails', () => {
  const { sums, count } = createBook();
  let tell: Parameters<SpeechToText['listen']>[0]['on'] = () => {};
  const ears: SpeechToText = {
    ...{ name: 'deepgram/nova-3', endOfTurn: 'pause', eager: false },
    listen: (request) => {
      tell = request.on;
      return { hear() {}, settle() {}, close() {} };
    },
  };
  const told: string[] = [];
  const opened = meterEars(ears, count).listen({ language: 'en-US', on: ({ type }) => void told.push(type) });
  for (let frame = 0; frame < 50 * 12; frame += 1) opened.hear(twentyMs);
  expect(sums.get('deepgram nova-3 speech_to_text_minute')).toBe(10);
  opened.close();
  expect(sums.get('deepgram nova-3 speech_to_text_minute')).toBe(12);
  for (let frame = 0; frame < 50; frame += 1) opened.hear(twentyMs);
  tell({ type: 'failed', error: new VendorFailed('deepgram', 'vendor/unavailable', 'gone') });
  expect(sums.get('deepgram nova-3 speech_to_text_minute')).toBe(13);
  expect(told).toEqual(['failed']);
});

it('counts the characters that a voice is given to say', () => {
  const { sums, count } = createBook();
  const said: string[] = [];
  const mouth: TextToSpeech = {
    ...{ name: 'elevenlabs/eleven_flash_v2_5', tellsWordTimes: true },
    speak: () => ({ say: (_, text) => void said.push(text), finish() {}, cancel() {}, close() {} }),
  };
  const opened = meterMouth(mouth, count).speak({ language: 'en-US', voice: null, on() {} });
  opened.say(1, 'Hello, ');
  opened.say(1, 'Sarah.');
  expect([...sums]).toEqual([['elevenlabs eleven_flash_v2_5 text_to_speech_character', 13]]);
  expect(said).toEqual(['Hello, ', 'Sarah.']);
});

const modelOf = (parts: ReplyPart[], name = 'openai:gpt-4.1-mini'): LanguageModel => ({
  name,
  async *reply() {
    yield* parts;
  },
});

async function readAll(model: LanguageModel, most = Number.POSITIVE_INFINITY) {
  const read: ReplyPart[] = [];
  const signal = new AbortController().signal;
  for await (const part of model.reply({ messages: [{ role: 'user', content: 'Who is there?' }], tools: [], signal })) {
    read.push(part);
    if (read.length >= most) break;
  }
  return read;
}

it('takes the model’s own count of tokens, or what the words come to when it tells none', async () => {
  const { sums, count } = createBook();
  const parts: ReplyPart[] = [
    { type: 'text', text: 'It is me.' },
    { type: 'usage', inputTokens: 12, outputTokens: 4 },
  ];
  expect(await readAll(meterModel(modelOf(parts), count))).toEqual(parts);
  expect([...sums.values()]).toEqual([12, 4]);
  await readAll(meterModel(modelOf(parts), count), 1);
  const [input = 0, output = 0] = [...sums.values()];
  expect(input).toBeGreaterThan(24);
  expect(output).toBe(4 + 3);
});

it('counts nothing for the assistant that runs here', async () => {
  const { sums, count } = createBook();
  await readAll(meterModel(modelOf([{ type: 'text', text: 'Hello.' }], 'scripted'), count));
  expect(sums.size).toBe(0);
});

it('counts the seconds of an agent, and the tokens of one that is charged by them', () => {
  const { sums, count } = createBook();
  const clock = createFakeClock();
  let request = {} as AgentRequest;
  const agentOf = (name: string): VoiceAgent => ({
    name,
    join: (joined) => {
      request = joined;
      return { close() {} } as ReturnType<VoiceAgent['join']>;
    },
  });
  const session = meterAgent(agentOf('elevenlabs/agent'), clock, count).join({ on() {} } as unknown as AgentRequest);
  clock.advance(5000);
  request.on({ type: 'ready' });
  clock.advance(61_500);
  session.close();
  session.close();
  expect([...sums]).toEqual([['elevenlabs agent agent_minute', 62]]);
  meterAgent(agentOf('openai/gpt-realtime'), clock, count).join({ on() {} } as unknown as AgentRequest);
  request.onTokens?.({ textInput: 1, textOutput: 0, audioInput: 2, audioOutput: 3, cachedInput: 4 });
  expect([...sums.entries()].slice(1)).toEqual([
    ['openai gpt-realtime agent_text_input_token', 1],
    ['openai gpt-realtime agent_audio_input_token', 2],
    ['openai gpt-realtime agent_audio_output_token', 3],
    ['openai gpt-realtime agent_cached_input_token', 4],
  ]);
});
