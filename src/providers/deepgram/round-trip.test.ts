/** Deepgram's voice heard by Deepgram: the simulated one in virtual time, and with LIVE=deepgram the real one. */
import { setImmediate as nextTick } from 'node:timers/promises';
import { createFakeClock, systemClock, waitFor } from '../../base/clock.ts';
import { openWebSocket } from '../../base/open-socket.ts';
import { createSeededRandom } from '../../base/random.ts';
import { describeRoundTrip, isLive } from '../../ports/contracts/round-trip.contract.ts';
import { createSpeechVendors } from '../../simulator/vendors/create-speech-vendors.ts';
import { createSketchVoice } from '../../simulator/voices/sketch-voice.ts';
import { settings } from './settings.ts';
import { createDeepgramSpeechToText } from './speech-to-text.ts';
import { createDeepgramTextToSpeech } from './text-to-speech.ts';

for (const model of ['nova-3', 'flux-general-en']) {
  describeRoundTrip(`a simulated deepgram (aura and ${model})`, (apiKey = 'right') => {
    const clock = createFakeClock();
    const synthesize = createSketchVoice();
    const random = createSeededRandom(1);
    const { openSocket } = createSpeechVendors({
      ...{ clock, random, synthesize, brain: async function* () {} },
      keys: { deepgram: 'right' },
    });
    const parts = { apiKey, baseUrl: 'https://api.deepgram.com', openSocket, clock };
    return {
      tts: createDeepgramTextToSpeech(parts),
      stt: createDeepgramSpeechToText({ ...parts, model }),
      async pass(ms) {
        clock.advance(ms);
        await nextTick();
      },
    };
  });
}

if (isLive('deepgram', process.env)) {
  const read = (name: keyof typeof settings) => settings[name].schema.parse(process.env[name]) ?? '';
  const models = new Set(['nova-3', read('DEEPGRAM_STT_MODEL')]);
  for (const model of models) {
    describeRoundTrip(`deepgram itself (aura and ${model})`, (apiKey = read('DEEPGRAM_API_KEY')) => {
      const parts = {
        apiKey,
        baseUrl: read('DEEPGRAM_BASE_URL'),
        openSocket: openWebSocket,
        clock: systemClock,
      };
      return {
        tts: createDeepgramTextToSpeech({ ...parts, model: read('DEEPGRAM_TTS_MODEL') }),
        stt: createDeepgramSpeechToText({ ...parts, model }),
        pass: (ms) => waitFor(systemClock, ms),
      };
    });
  }
}
