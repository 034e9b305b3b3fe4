/** Starts the simulated vendors of speech, with the server's own language model as their brain. */
import type { Synthesize } from '../audio/spoken-sound.ts';
import type { SpeechConfig } from '../config/speech.ts';
import type { ChatMessage, LanguageModel } from '../ports/language-model.ts';
import {
  createSpeechVendors,
  type SpeechVendors as SimulatedVendors,
} from '../simulator/vendors/create-speech-vendors.ts';
import type { VendorAddress } from '../simulator/vendors/serve-vendors.ts';
import type { Brain } from '../simulator/vendors/vendor.ts';
import type { Foundation } from './foundation.ts';

export interface SimulatedSpeech {
  vendors: SimulatedVendors;
  /** How they are reached. */
  config: SpeechConfig;
  stop(): Promise<void>;
}

/** @param at where they listen; a free port of this machine unless told */
export async function openSimulatedSpeech(
  { clock, random, overrides }: Pick<Foundation, 'clock' | 'random' | 'overrides'>,
  parts: { model: LanguageModel; synthesize: Synthesize },
  at?: VendorAddress,
): Promise<SimulatedSpeech> {
  const vendors = createSpeechVendors({
    ...{ clock: overrides.simulator?.clock ?? clock, random, synthesize: parts.synthesize },
    brain: toBrain(parts.model),
    ...(overrides.vendorDelays ? { delays: overrides.vendorDelays } : {}),
  });
  const { url } = await vendors.start(at);
  return { vendors, config: toSimulatedConfig(url), stop: vendors.stop };
}

function toSimulatedConfig(url: string): SpeechConfig {
  const access = (vendor: string) => ({ apiKey: 'simulated', baseUrl: `${url}/${vendor}` });
  const voiceId = 'simulated';
  return {
    deepgram: { ...access('deepgram'), sttModel: 'flux-general-en', ttsModel: 'aura-2-thalia-en' },
    elevenLabs: {
      ...{ ...access('elevenlabs'), agentId: 'agent_simulated', voiceId },
      ...{ ttsModel: 'eleven_flash_v2_5', sttModel: 'scribe_v2_realtime' },
    },
    cartesia: { ...access('cartesia'), sttModel: 'ink-2', ttsModel: 'sonic-3', voiceId },
    openAi: {
      ...{ ...access('openai/v1'), sttModel: 'gpt-live-transcribe', ttsModel: 'gpt-4o-mini-tts', voice: 'marin' },
      realtime: { model: 'gpt-realtime-2.1', voice: 'marin' },
    },
  };
}

/** The model sees a vendor's agent as it sees any other assistant. */
function toBrain(model: LanguageModel): Brain {
  return async function* think({ instructions, greeting, said, tools, signal }) {
    if (said.length === 0 && greeting !== null) return yield { type: 'text', text: greeting };
    const messages: ChatMessage[] = toSystemMessages(instructions);
    for (const { by, text } of said) {
      if (by === 'tool') messages.push({ role: 'tool', toolCallId: 'tool', content: text });
      else messages.push({ role: by === 'person' ? 'user' : 'assistant', content: text });
    }
    const offered = tools.map((name) => ({ name, description: name, parameters: { type: 'object' } }));
    for await (const part of model.reply({ messages, tools: offered, signal })) {
      if (part.type === 'text') yield part;
      if (part.type === 'tool-call')
        yield { type: 'tool', name: part.call.name, argumentsJson: part.call.argumentsJson };
    }
  };
}

const ownPart = /\n+(?=(?:Call Context|Agenda): )/;
/** How a simulated agent's prompt names what is known of a call. */
const namedValue = /^(\w+): (.+)$/gm;

/** A vendor takes one text; the parts that our own engines send one by one are told apart again. */
function toSystemMessages(instructions: string): ChatMessage[] {
  const contents = instructions.split(ownPart);
  if (contents.length === 1) {
    const known = Object.fromEntries(Array.from(instructions.matchAll(namedValue), ([, name, value]) => [name, value]));
    if (Object.keys(known).length > 0) contents.push(`Call Context: ${JSON.stringify({ customParameters: known })}`);
  }
  return contents.map((content) => ({ role: 'system', content }));
}
