/** The phones and the voices: Twilio and vendors of speech, or a simulated network and vendors that speak their protocols. */
import type { Synthesize } from '../audio/spoken-sound.ts';
import type { SpeechVendors } from '../call/speech-vendors.ts';
import type { Carrier } from '../ports/carrier.ts';
import type { LanguageModel } from '../ports/language-model.ts';
import { createTwilioCarrier } from '../providers/twilio/twilio.ts';
import { createSimulator, type Simulator } from '../simulator/create-simulator.ts';
import type { SpeechVendors as SimulatedVendors } from '../simulator/vendors/create-speech-vendors.ts';
import { createFliteVoice } from '../simulator/voices/flite-voice.ts';
import { createSketchVoice } from '../simulator/voices/sketch-voice.ts';
import { newSid } from '../simulator/wire-values.ts';
import { nameEffects } from './crash-points.ts';
import { createLanguageModel } from './create-work.ts';
import { type Foundation, paths } from './foundation.ts';
import { openSimulatedSpeech } from './open-simulated-speech.ts';
import { openSpeech } from './open-speech.ts';

export interface Network {
  carrier: Carrier;
  model: LanguageModel;
  speech: SpeechVendors;
  /** Null with a real account. */
  simulator: Simulator | null;
  vendors: SimulatedVendors | null;
  /** The voices of the simulated network. */
  synthesize: Synthesize | null;
  close(): Promise<void>;
}

export async function openNetwork(base: Foundation, publicUrl: string): Promise<Network> {
  const { config, overrides } = base;
  const model = overrides.languageModel ?? createLanguageModel(base);
  if (config.twilio) {
    const { secondaryAuthToken, ...account } = config.twilio;
    const carrier = createCarrier(base, publicUrl, {
      ...account,
      ...(secondaryAuthToken ? { secondaryAuthToken } : {}),
    });
    return {
      carrier,
      model,
      speech: openSpeech(base, null),
      simulator: null,
      vendors: null,
      synthesize: null,
      close: async () => {},
    };
  }
  const voice = openVoice(base);
  const { carrier, simulator } = await openSimulator(base, publicUrl, voice.synthesize);
  const simulated = await openSimulatedSpeech(base, { model, synthesize: voice.synthesize });
  return {
    ...{ carrier, model, simulator, vendors: simulated.vendors, synthesize: voice.synthesize },
    speech: openSpeech(base, simulated.config),
    async close() {
      await Promise.all([simulator.stop(), simulated.stop()]);
      await voice.close();
    },
  };
}

type Account = Pick<
  Parameters<typeof createTwilioCarrier>[0],
  'accountSid' | 'authToken' | 'apiBaseUrl' | 'secondaryAuthToken'
>;

function createCarrier({ overrides, clock, log }: Foundation, publicUrl: string, account: Account): Carrier {
  const fetch = overrides.fetch ?? globalThis.fetch;
  const carrier = createTwilioCarrier({ ...account, publicUrl, fetch, clock, log, paths });
  const { crashPoint } = overrides;
  return crashPoint ? nameEffects('carrier', { port: carrier, methods: effectsOfCarrier }, crashPoint) : carrier;
}

const effectsOfCarrier = [
  'placeCall',
  'fetchCall',
  'findCalls',
  'endCall',
  'stopRecording',
  'fetchRecording',
  'deleteRecording',
] as const;

/** How simulated people and vendors sound. */
function openVoice({ overrides, clock }: Foundation): { synthesize: Synthesize; close(): Promise<void> } {
  if (overrides.audibleVoices) return createFliteVoice({ clock });
  return { synthesize: createSketchVoice(), close: async () => {} };
}

/** The simulated network that speaks Twilio's protocol, behind the very same provider. */
async function openSimulator(base: Foundation, publicUrl: string, synthesize: Synthesize) {
  const { config, overrides, clock, random, log } = base;
  const sid = newSid('AC', random);
  const authToken = Buffer.from(random.bytes(16)).toString('hex');
  const simulator = createSimulator({
    ...{ clock, random, log, synthesize },
    // Nobody has to buy the numbers of clients where no phone is real.
    account: { sid, authToken, numbers: [config.phoneNumber], anyCallerId: true },
    callsPerSecond: Number.POSITIVE_INFINITY,
    ...overrides.simulator,
  });
  const { url } = await simulator.start();
  const carrier = createCarrier(base, publicUrl, { accountSid: sid, authToken, apiBaseUrl: url });
  return { carrier, simulator };
}
