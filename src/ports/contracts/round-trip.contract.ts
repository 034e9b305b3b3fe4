/** A vendor's voice heard by its own recognizer: the same test for a simulated vendor and for the real one. */
import { describe, expect, it } from 'vitest';
import type { HearingEvent, SpeechToText } from '../speech-to-text.ts';
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
const frameMs = 20;
const frameBytes = 160;
const longestMs = 15_000;

export function describeRoundTrip(name: string, open: () => RoundTrip): void {
  describe(`${name}, heard by itself`, () => {
    it('says a sentence, with its words where it knows their times, and hears it', { timeout: 60_000 }, async () => {
      const { tts, stt, pass } = open();
      const spoken = await speak(tts, pass);
      expect(spoken.events.at(-1)).toEqual({ type: 'spoken', utterance: 1 });
      expect(spoken.sound.length).toBeGreaterThan(8 * 500);
      const words = spoken.events.flatMap((event) => (event.type === 'words' ? event.words : []));
      if (tts.tellsWordTimes) expect(words.map(({ word }) => word)).toEqual(sentence.trim().split(' '));
      expect(words.at(-1)?.endMs ?? 0).toBeLessThanOrEqual(spoken.sound.length / 8 + 500);
      const heard = await listen(stt, spoken.sound, pass);
      expect(heard.some(({ type }) => type === 'speech-started')).toBe(true);
      const said = heard.flatMap((event) => (event.type === 'turn-over' ? event.text : [])).join(' ');
      expect(toLetters(said)).toBe(toLetters(sentence));
    });

    it('speaks the next utterance after one that was cancelled', { timeout: 60_000 }, async () => {
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
  });
}

async function speak(tts: TextToSpeech, pass: RoundTrip['pass']) {
  const events: SpeakingEvent[] = [];
  const mouth = tts.speak({ language: 'en-US', voice: null, on: (event) => events.push(event) });
  mouth.say(1, sentence);
  mouth.finish(1);
  await passUntil(pass, () => events.some(({ type }) => type === 'spoken' || type === 'failed'));
  mouth.close();
  const sound = Buffer.concat(events.flatMap((event) => (event.type === 'sound' ? [event.sound] : [])));
  return { events, sound };
}

/** Plays the sound to it at the pace of a telephone, with silence around. */
async function listen(stt: SpeechToText, sound: Uint8Array, pass: RoundTrip['pass']): Promise<HearingEvent[]> {
  const events: HearingEvent[] = [];
  const ears = stt.listen({ language: 'en-US', on: (event) => events.push(event) });
  const silence = (ms: number) => new Uint8Array(ms * 8).fill(0xff);
  const line = Buffer.concat([silence(500), sound, silence(2000)]);
  for (let at = 0; at < line.length; at += frameBytes) {
    ears.hear(line.subarray(at, at + frameBytes));
    await pass(frameMs);
  }
  if (events.at(-1)?.type !== 'turn-over') ears.settle();
  await passUntil(pass, () => ['turn-over', 'failed'].includes(events.at(-1)?.type ?? ''));
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
