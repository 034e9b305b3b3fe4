/**
 * The contract of a vendor's voice and ears as far as it can be seen without a vendor who plays along: its voice is heard
 * by its own recognizer. The same tests for a simulated vendor and, with LIVE, for the real one.
 */
import { describe, expect, it } from 'vitest';
import type { Ears, HearingEvent, SpeechToText } from '../speech-to-text.ts';
import type { SpeakingEvent, TextToSpeech } from '../text-to-speech.ts';

export interface RoundTrip {
  tts: TextToSpeech;
  stt: SpeechToText;
  /** Lets so much time pass, real or virtual. */
  pass(ms: number): Promise<void>;
}

/** Whether the tests shall also ask this vendor itself, with the key from the environment: `LIVE=deepgram,openai`. */
export function isLive(vendor: string, environment: Record<string, string | undefined>): boolean {
  return (environment.LIVE ?? '').split(',').includes(vendor);
}

const sentence = 'Good morning, my name is Ada. ';
const second = 'I would like a table for two. ';
const frameMs = 20;
const frameBytes = 160;
const longestMs = 15_000;
const timeout = 120_000;
const wrongKey = 'a-wrong-key-that-nobody-may-see';

export function describeRoundTrip(name: string, open: (apiKey?: string) => RoundTrip): void {
  describe(`${name}, heard by itself`, () => {
    it('says a sentence, with its words where it knows their times, and hears it', { timeout }, async () => {
      const { tts, stt, pass } = open();
      const spoken = await speak(tts, pass);
      expect(spoken.events.at(-1)).toEqual({ type: 'spoken', utterance: 1 });
      expect(spoken.sound.length).toBeGreaterThan(8 * 500);
      const words = spoken.events.flatMap((event) => (event.type === 'words' ? event.words : []));
      if (tts.tellsWordTimes) expect(words.map(({ word }) => word)).toEqual(sentence.trim().split(' '));
      expect(words.at(-1)?.endMs ?? 0).toBeLessThanOrEqual(spoken.sound.length / 8 + 500);
      const heard = await listen(stt, [spoken.sound], pass);
      expect(heard.some(({ type }) => type === 'speech-started')).toBe(true);
      expect(toLetters(saidIn(heard).join(' '))).toBe(toLetters(sentence));
    });

    it('keeps the words of two turns apart', { timeout }, async () => {
      const { tts, stt, pass } = open();
      const sounds = [(await speak(tts, pass)).sound, (await speak(tts, pass, second)).sound];
      const said = saidIn(await listen(stt, sounds, pass)).filter((text) => text !== '');
      expect(said.map(toLetters)).toEqual([sentence, second].map(toLetters));
    });

    it('settles a turn in which nothing was said as an empty one', { timeout }, async () => {
      const { stt, pass } = open();
      const told: HearingEvent[] = [];
      const ears = stt.listen({ language: 'en-US', on: (event) => told.push(event) });
      await play(ears, silence(500), pass);
      ears.settle();
      await passUntil(pass, () => told.length > 0);
      expect(told).toEqual([{ type: 'turn-over', text: '' }]);
      ears.close();
      await pass(2000);
      expect(told).toHaveLength(1);
    });

    it('speaks utterances one after another, and none after it was closed', { timeout }, async () => {
      const { tts, pass } = open();
      const told: SpeakingEvent[] = [];
      const mouth = tts.speak({ language: 'en-US', voice: null, on: (event) => told.push(event) });
      for (const [utterance, text] of [
        [1, sentence],
        [2, second],
      ] as const) {
        mouth.say(utterance, text);
        mouth.finish(utterance);
        await passUntil(pass, () => told.some((event) => event.type === 'failed' || isSpoken(event, utterance)));
      }
      const order = told.flatMap((event) => ('utterance' in event && event.type !== 'words' ? event.utterance : []));
      expect(order).toEqual(order.toSorted((one, other) => one - other));
      expect(told.at(-1)).toEqual({ type: 'spoken', utterance: 2 });
      mouth.say(3, 'Nobody hears this. ');
      mouth.close();
      const before = told.length;
      await pass(2000);
      expect(told).toHaveLength(before);
    });

    it('speaks the next utterance after one that was cancelled', { timeout }, async () => {
      const { tts, pass } = open();
      const told: SpeakingEvent[] = [];
      const mouth = tts.speak({ language: 'en-US', voice: null, on: (event) => told.push(event) });
      mouth.say(1, 'This is a long sentence that nobody will hear the end of, as it is cancelled. ');
      await passUntil(pass, () => told.some(({ type }) => type === 'sound' || type === 'failed'));
      mouth.cancel(1);
      const before = told.length;
      mouth.say(2, 'Yes? ');
      mouth.finish(2);
      await passUntil(pass, () => told.slice(before).some(({ type }) => type === 'spoken' || type === 'failed'));
      mouth.close();
      expect(told.slice(before).map((event) => 'utterance' in event && event.utterance)).not.toContain(1);
      expect(told.at(-1)).toEqual({ type: 'spoken', utterance: 2 });
    });

    it('fails once at a key that is wrong, and tells it to nobody', { timeout }, async () => {
      const { tts, stt, pass } = open(wrongKey);
      const told: (HearingEvent | SpeakingEvent)[] = [];
      const ears = stt.listen({ language: 'en-US', on: (event) => told.push(event) });
      await play(ears, silence(200), pass);
      await passUntil(pass, () => told.length > 0);
      const mouth = tts.speak({ language: 'en-US', voice: null, on: (event) => told.push(event) });
      mouth.say(1, sentence);
      mouth.finish(1);
      await passUntil(pass, () => told.length > 1);
      await pass(1000);
      expect(told).toMatchObject([failure, failure]);
      expect(JSON.stringify(told.map((event) => event.type === 'failed' && event.error.message))).not.toContain(
        wrongKey,
      );
    });
  });
}

const failure = { type: 'failed', error: { code: 'vendor/refused' } };
const silence = (ms: number) => new Uint8Array(ms * 8).fill(0xff);
const isSpoken = (event: SpeakingEvent, utterance: number) => event.type === 'spoken' && event.utterance === utterance;
const saidIn = (heard: readonly HearingEvent[]) =>
  heard.flatMap((event) => (event.type === 'turn-over' ? event.text : []));

async function speak(tts: TextToSpeech, pass: RoundTrip['pass'], text = sentence) {
  const events: SpeakingEvent[] = [];
  const mouth = tts.speak({ language: 'en-US', voice: null, on: (event) => events.push(event) });
  mouth.say(1, text);
  mouth.finish(1);
  await passUntil(pass, () => events.some(({ type }) => type === 'spoken' || type === 'failed'));
  mouth.close();
  const sound = Buffer.concat(events.flatMap((event) => (event.type === 'sound' ? [event.sound] : [])));
  return { events, sound };
}

/** At the pace of a telephone. */
async function play(ears: Ears, line: Uint8Array, pass: RoundTrip['pass']): Promise<void> {
  for (let at = 0; at < line.length; at += frameBytes) {
    ears.hear(line.subarray(at, at + frameBytes));
    await pass(frameMs);
  }
}

/** Plays sounds to it with silence around, each a turn: where it does not end one by itself, it is asked to. */
async function listen(stt: SpeechToText, sounds: Uint8Array[], pass: RoundTrip['pass']): Promise<HearingEvent[]> {
  const events: HearingEvent[] = [];
  const ears = stt.listen({ language: 'en-US', on: (event) => events.push(event) });
  await play(ears, silence(500), pass);
  for (const sound of sounds) {
    await play(ears, Buffer.concat([sound, silence(2000)]), pass);
    if (events.at(-1)?.type !== 'turn-over') ears.settle();
    await passUntil(pass, () => ['turn-over', 'failed'].includes(events.at(-1)?.type ?? ''));
  }
  ears.close();
  return events;
}

async function passUntil(pass: RoundTrip['pass'], isSo: () => boolean): Promise<void> {
  for (let ms = 0; ms < longestMs && !isSo(); ms += frameMs) await pass(frameMs);
}

function toLetters(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}
