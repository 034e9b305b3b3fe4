/** Deepgram's ears and mouth against a simulated vendor with every fault it can have, in virtual time. */
import { setImmediate as nextTick } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { toSpeechSound } from '../../audio/speech-sound.ts';
import { createFakeClock } from '../../base/clock.ts';
import { createSeededRandom } from '../../base/random.ts';
import { createSpeechVendors } from '../../simulator/vendors/create-speech-vendors.ts';
import { createSketchVoice } from '../../simulator/voices/sketch-voice.ts';
import { createDeepgramSpeechToText } from './speech-to-text.ts';
import { createDeepgramTextToSpeech } from './text-to-speech.ts';

const faults = ['refused', '401', '429', '500', 'stall', 'drip', 'close', 'huge-message'] as const;

function createVendor() {
  const clock = createFakeClock();
  const [synthesize, random] = [createSketchVoice(), createSeededRandom(1)];
  const vendors = createSpeechVendors({ clock, random, synthesize, brain: async function* () {} });
  const parts = { apiKey: 'any', baseUrl: 'https://api.deepgram.com', openSocket: vendors.openSocket, clock };
  const pass = async (ms: number) => {
    clock.advance(ms);
    await nextTick();
  };
  return { clock, vendors, parts, pass };
}

describe.each(faults)('a deepgram with the fault %s', (fault) => {
  it('fails its mouth once and within ten seconds, and leaves no timer', async () => {
    const { clock, vendors, parts, pass } = createVendor();
    vendors.faults.set('tts', fault);
    const told: string[] = [];
    const on = (event: { type: string }) => told.push(event.type);
    const mouth = createDeepgramTextToSpeech(parts).speak({ language: 'en-US', voice: null, on });
    mouth.say(1, 'Good morning, this is the clinic, and we call about your visit on Monday. ');
    mouth.finish(1);
    for (let ms = 0; ms < 10_000; ms += 20) await pass(20);
    expect(told.filter((type) => type === 'failed')).toEqual(['failed']);
    expect(told.at(-1)).toBe('failed');
    expect(clock.pendingTimers).toBe(0);
  });

  it.each(['nova-3', 'flux-general-en'])(
    'fails the ears of %s, or tells the turn, and leaves no timer',
    async (model) => {
      const { clock, vendors, parts, pass } = createVendor();
      vendors.faults.set('stt', fault);
      const told: string[] = [];
      const ears = createDeepgramSpeechToText({ ...parts, model }).listen({
        language: 'en-US',
        on: (event) => told.push(event.type),
      });
      const sound = toSpeechSound({ text: 'good morning to you', ms: 2000, pitchHz: 190 });
      for (let ms = 0; ms < 2000; ms += 20) {
        ears.hear(sound.subarray(ms * 8, ms * 8 + 160));
        await pass(20);
      }
      ears.settle();
      for (let ms = 0; ms < 2000; ms += 20) await pass(20);
      expect(['failed', 'turn-over']).toContain(told.at(-1));
      if (fault !== 'drip') expect(told.at(-1)).toBe('failed');
      ears.close();
      await pass(1000);
      expect(clock.pendingTimers).toBe(0);
    },
  );
});
