import { describe, expect, it } from 'vitest';
import { bytesPerMs } from '../../audio/mulaw.ts';
import type { HearingEvent, SpeechToText } from '../../ports/speech-to-text.ts';
import type { SpeakingEvent, TextToSpeech, WordTime } from '../../ports/text-to-speech.ts';
import { createCartesiaSpeechToText } from '../../providers/cartesia/speech-to-text.ts';
import { createCartesiaTextToSpeech } from '../../providers/cartesia/text-to-speech.ts';
import { createDeepgramSpeechToText } from '../../providers/deepgram/speech-to-text.ts';
import { createDeepgramTextToSpeech } from '../../providers/deepgram/text-to-speech.ts';
import { createElevenLabsSpeechToText } from '../../providers/elevenlabs/speech-to-text.ts';
import { createElevenLabsTextToSpeech } from '../../providers/elevenlabs/text-to-speech.ts';
import { createOpenAiTextToSpeech } from '../../providers/openai/speech.ts';
import { createOpenAiSpeechToText } from '../../providers/openai/transcription.ts';
import type { SpeechVendorOptions } from './create-speech-vendors.ts';
import {
  createVirtualVendors,
  listen,
  noise,
  silence,
  speech,
  type VirtualVendors,
} from './testing/virtual-vendors.ts';

type Access = { apiKey: string; openSocket: VirtualVendors['vendors']['openSocket']; clock: VirtualVendors['clock'] };
const host = 'http://vendors.simulated';

const recognizers: [string, (access: Access) => SpeechToText][] = [
  ['Deepgram Flux', (access) => createDeepgramSpeechToText({ ...access, baseUrl: `${host}/deepgram` })],
  [
    'Deepgram nova',
    (access) => createDeepgramSpeechToText({ ...access, baseUrl: `${host}/deepgram`, model: 'nova-3' }),
  ],
  [
    'ElevenLabs Scribe',
    (access) => createElevenLabsSpeechToText({ ...access, baseUrl: `${host}/elevenlabs`, model: 'scribe_v2_realtime' }),
  ],
  [
    'OpenAI transcription',
    (access) => createOpenAiSpeechToText({ ...access, baseUrl: `${host}/openai/v1`, model: 'gpt-live-transcribe' }),
  ],
  ['Cartesia Ink', (access) => createCartesiaSpeechToText({ ...access, baseUrl: `${host}/cartesia` })],
  [
    'Cartesia Ink without turns',
    (access) => createCartesiaSpeechToText({ ...access, baseUrl: `${host}/cartesia`, model: 'ink-whisper' }),
  ],
];

const voices: [string, (access: Access & { fetch: typeof fetch }) => TextToSpeech][] = [
  ['Deepgram Aura', (access) => createDeepgramTextToSpeech({ ...access, baseUrl: `${host}/deepgram` })],
  [
    'ElevenLabs',
    (access) =>
      createElevenLabsTextToSpeech({
        ...access,
        ...{ baseUrl: `${host}/elevenlabs`, model: 'eleven_flash_v2_5', voice: 'rachel' },
      }),
  ],
  ['Cartesia Sonic', (access) => createCartesiaTextToSpeech({ ...access, baseUrl: `${host}/cartesia`, voice: 'v1' })],
  [
    'OpenAI speech',
    (access) =>
      createOpenAiTextToSpeech({
        ...access,
        ...{ baseUrl: `${host}/openai/v1`, model: 'gpt-4o-mini-tts', voice: 'marin' },
      }),
  ],
];

function createBox(options: Partial<SpeechVendorOptions> = {}) {
  const box = createVirtualVendors(options);
  return { ...box, access: { apiKey: 'any', ...box.vendors, clock: box.clock } };
}

describe.each(recognizers)('our provider on simulated %s', (_, create) => {
  async function hear(...sounds: Uint8Array[]) {
    const box = createBox();
    const events: HearingEvent[] = [];
    const recognizer = create(box.access);
    const ears = recognizer.listen({ language: 'en-US', on: (event) => events.push(event) });
    const all = Buffer.concat(sounds);
    for (let at = 0; at < all.length; at += 160) {
      ears.hear(all.subarray(at, at + 160));
      await box.pass(20);
    }
    const turns = () => events.flatMap((event) => (event.type === 'turn-over' ? [event.text] : []));
    return { box, ears, events, recognizer, turns };
  }
  const words = (text: string | undefined) => (text ?? '').toLowerCase().replaceAll(/[.,!?]/gu, '');

  it('hears every word of two turns, and no more of noise than that there was some', async () => {
    const { box, ears, events, recognizer, turns } = await hear(
      ...[speech('Hello, I want to book a table for two people.'), silence(1500)],
      ...[noise(500), silence(1500), speech('Tomorrow at seven.'), silence(1500)],
    );
    if (recognizer.endOfTurn === 'none') {
      ears.settle();
      await box.pass(200);
    }
    expect(turns().filter(Boolean).map(words).join(' ')).toBe(
      'hello i want to book a table for two people tomorrow at seven',
    );
    expect(events.some(({ type }) => type === 'failed')).toBe(false);
    ears.close();
    await box.pass(100);
    expect(box.clock.pendingTimers).toBe(0);
    expect(box.vendors.sessions()).toMatchObject([{ kind: 'stt', end: { by: expect.any(String) as unknown } }]);
  });

  it('settles a turn when asked, however short the silence', async () => {
    const { box, ears, turns } = await hear(speech('Book me a table'), silence(100));
    ears.settle();
    await box.pass(200);
    expect(turns().map(words)).toEqual(['book me a table']);
    ears.close();
  });
});

describe.each(voices)('our provider on simulated %s', (_, create) => {
  function speak(options: Partial<SpeechVendorOptions> = {}) {
    const box = createBox(options);
    const events: SpeakingEvent[] = [];
    const mouth = create(box.access).speak({ language: 'en-US', voice: null, on: (event) => events.push(event) });
    const soundOf = (utterance: number) =>
      Buffer.concat(
        events.flatMap((event) => (event.type === 'sound' && event.utterance === utterance ? [event.sound] : [])),
      );
    const wordsOf = (utterance: number): WordTime[] =>
      events.flatMap((event) => (event.type === 'words' && event.utterance === utterance ? event.words : []));
    const isSpoken = (utterance: number) =>
      events.some((event) => event.type === 'spoken' && event.utterance === utterance);
    return { ...box, mouth, events, soundOf, wordsOf, isSpoken };
  }

  it('gives an utterance of several pieces whole, its words in order and none twice', async () => {
    const box = speak();
    box.mouth.say(1, 'Good morning, ');
    box.mouth.say(1, 'this is the clinic. ');
    await box.pass(100);
    box.mouth.say(1, 'Is Monday at nine fine for you? ');
    box.mouth.finish(1);
    await box.pass(3000);
    const heard = listen(box.soundOf(1));
    expect(heard.text).toBe('Good morning, this is the clinic. Is Monday at nine fine for you?');
    expect(heard.troubles).toEqual([]);
    expect(box.isSpoken(1)).toBe(true);
    box.mouth.close();
    await box.pass(100);
    expect(box.clock.pendingTimers).toBe(0);
  });

  it('tells when each word sounds', async () => {
    const box = speak();
    box.mouth.say(1, 'Good morning, this is the clinic. ');
    box.mouth.say(1, 'How are you? ');
    box.mouth.finish(1);
    await box.pass(3000);
    const told = box.wordsOf(1);
    const tells = ['elevenlabs', 'cartesia'].some((vendor) => box.vendors.sessions()[0]?.vendor === vendor);
    expect(told.map(({ word }) => word.trim()).join(' ')).toBe(
      tells ? 'Good morning, this is the clinic. How are you?' : '',
    );
    for (const { word, startMs, endMs } of told) {
      const own = box
        .soundOf(1)
        .subarray(Math.max(0, Math.round(startMs - 2)) * bytesPerMs, Math.round(endMs + 2) * bytesPerMs);
      expect(listen(own).text.split(' '), word).toContain(word.trim());
    }
    box.mouth.close();
  });

  it('gives no sound of an utterance that was cancelled, and then speaks the next', async () => {
    const box = speak();
    box.mouth.say(1, 'This is a long story that nobody wants to hear to its end, so it is cut. ');
    await box.pass(240);
    expect(box.soundOf(1).length).toBeGreaterThan(0);
    box.mouth.cancel(1);
    const before = box.soundOf(1).length;
    box.mouth.say(2, 'Yes, of course. ');
    box.mouth.finish(2);
    await box.pass(3000);
    expect(box.soundOf(1)).toHaveLength(before);
    expect(listen(box.soundOf(2))).toMatchObject({ text: 'Yes, of course.', troubles: [] });
    expect([box.isSpoken(1), box.isSpoken(2)]).toEqual([false, true]);
    box.mouth.close();
  });

  it('is told of a wrong key as a refusal', async () => {
    const box = speak({ keys: { deepgram: 'x', elevenlabs: 'x', cartesia: 'x', openai: 'x' } });
    box.mouth.say(1, 'Hello. ');
    await box.pass(500);
    expect(box.events).toMatchObject([{ type: 'failed', error: { code: 'vendor/refused' } }]);
    expect(box.clock.pendingTimers).toBe(0);
  });
});
