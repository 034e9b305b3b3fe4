/** Cartesia's voice heard by Cartesia: the simulated one in virtual time, and with LIVE=cartesia the real one. */
import { setImmediate as nextTick } from 'node:timers/promises';
import { createFakeClock, systemClock, waitFor } from '../../base/clock.ts';
import { openWebSocket } from '../../base/open-socket.ts';
import { createSeededRandom } from '../../base/random.ts';
import { describeRoundTrip, isLive } from '../../ports/contracts/round-trip.contract.ts';
import { createSpeechVendors } from '../../simulator/vendors/create-speech-vendors.ts';
import { createSketchVoice } from '../../simulator/voices/sketch-voice.ts';
import { settings } from './settings.ts';
import { createCartesiaSpeechToText } from './speech-to-text.ts';
import { createCartesiaTextToSpeech } from './text-to-speech.ts';

const read = (name: keyof typeof settings, from: Record<string, string | undefined>) =>
  settings[name].schema.parse(from[name]) ?? '';

for (const model of ['ink-2', 'ink-whisper']) {
  describeRoundTrip(`a simulated cartesia (sonic and ${model})`, (apiKey = 'right') => {
    const clock = createFakeClock();
    const synthesize = createSketchVoice();
    const random = createSeededRandom(1);
    const { openSocket } = createSpeechVendors({
      ...{ clock, random, synthesize, brain: async function* () {} },
      keys: { cartesia: 'right' },
    });
    const parts = { apiKey, baseUrl: read('CARTESIA_BASE_URL', {}), openSocket, clock };
    return {
      tts: createCartesiaTextToSpeech({ ...parts, voice: read('CARTESIA_VOICE_ID', {}) }),
      stt: createCartesiaSpeechToText({ ...parts, model }),
      async pass(ms) {
        clock.advance(ms);
        await nextTick();
      },
    };
  });
}

if (isLive('cartesia', process.env)) {
  const { env } = process;
  for (const model of new Set(['ink-whisper', read('CARTESIA_STT_MODEL', env)])) {
    describeRoundTrip(`cartesia itself (sonic and ${model})`, (apiKey = read('CARTESIA_API_KEY', env)) => {
      const access = { apiKey, baseUrl: read('CARTESIA_BASE_URL', env) };
      const parts = { ...access, openSocket: openWebSocket, clock: systemClock };
      const speaker = read('CARTESIA_TTS_MODEL', env);
      return {
        tts: createCartesiaTextToSpeech({ ...parts, model: speaker, voice: read('CARTESIA_VOICE_ID', env) }),
        stt: createCartesiaSpeechToText({ ...parts, model }),
        pass: (ms) => waitFor(systemClock, ms),
      };
    });
  }
}
