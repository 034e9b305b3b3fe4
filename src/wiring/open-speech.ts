/** Puts the vendors of speech together: those with keys, or simulated ones where no phone is real either. */
import { openWebSocket } from '../base/open-socket.ts';
import type { SpeechVendors } from '../call/speech-vendors.ts';
import { type SpeechConfig, settingsOfEngines } from '../config/speech.ts';
import type { SpeechToText } from '../ports/speech-to-text.ts';
import type { TextToSpeech } from '../ports/text-to-speech.ts';
import { createCartesiaSpeechToText } from '../providers/cartesia/speech-to-text.ts';
import { createCartesiaTextToSpeech } from '../providers/cartesia/text-to-speech.ts';
import { createDeepgramSpeechToText } from '../providers/deepgram/speech-to-text.ts';
import { createDeepgramTextToSpeech } from '../providers/deepgram/text-to-speech.ts';
import { createElevenLabsAgent } from '../providers/elevenlabs/agent.ts';
import { createElevenLabsSpeechToText } from '../providers/elevenlabs/speech-to-text.ts';
import { createElevenLabsTextToSpeech } from '../providers/elevenlabs/text-to-speech.ts';
import { createRealtimeAgent } from '../providers/openai/realtime.ts';
import { createOpenAiTextToSpeech } from '../providers/openai/speech.ts';
import { createOpenAiSpeechToText } from '../providers/openai/transcription.ts';
import type { Foundation } from './foundation.ts';

/** What an assistant names of a vendor. */
type Wanted = { provider: string; model?: string; voice?: string } | null;

/** A vendor that can be asked for any of its models. */
interface Offer<V> {
  provider: string;
  create(model: string | undefined): V;
}

/** @param simulated what stands in for every vendor that no key is given for; null where phones are real */
export function openSpeech(base: Foundation, simulated: SpeechConfig | null): SpeechVendors {
  const real = base.config.speech;
  const hasOwn = Object.values(real).some((vendor) => vendor !== null);
  const cascade = hasOwn || !simulated ? real : simulated;
  const ears = earsOf(base, cascade);
  const mouths = mouthsOf(base, cascade);
  const agentOwner = real.elevenLabs ?? simulated?.elevenLabs ?? null;
  const realtimeOwner = real.openAi ?? simulated?.openAi ?? null;
  const { clock } = base;
  const fetch = base.overrides.fetch ?? globalThis.fetch;
  return {
    earsFor: ({ stt }) => inOrder(ears, stt as Wanted),
    mouthsFor: ({ tts, voice }) => inOrder(mouths, (tts as Wanted) ?? (voice ? { provider: voice.provider } : null)),
    agent:
      agentOwner &&
      createElevenLabsAgent({
        ...agentOwner,
        agentId: agentOwner.agentId ?? '',
        ...{ clock, fetch },
        openSocket: openWebSocket,
      }),
    speechToSpeech:
      realtimeOwner &&
      createRealtimeAgent({ ...realtimeOwner, ...realtimeOwner.realtime, clock, openSocket: openWebSocket }),
    usualAgentId: agentOwner?.agentId ?? null,
    needs: settingsOfEngines,
  };
}

/** The wanted one first, as its model is wanted; then the others. */
function inOrder<V>(offers: readonly Offer<V>[], wanted: Wanted): V[] {
  const first = offers.find(({ provider }) => provider === wanted?.provider);
  const others = offers.filter((offer) => offer !== first);
  return [...(first ? [first.create(wanted?.model)] : []), ...others.map((offer) => offer.create(undefined))];
}

function earsOf(
  { clock }: Foundation,
  { deepgram, cartesia, elevenLabs, openAi }: SpeechConfig,
): Offer<SpeechToText>[] {
  const tools = { clock, openSocket: openWebSocket };
  return [
    deepgram && {
      provider: 'deepgram',
      create: (model = deepgram.sttModel) => createDeepgramSpeechToText({ ...deepgram, ...tools, model }),
    },
    cartesia && {
      provider: 'cartesia',
      create: (model = cartesia.sttModel) => createCartesiaSpeechToText({ ...cartesia, ...tools, model }),
    },
    elevenLabs && {
      provider: 'elevenlabs',
      create: (model = elevenLabs.sttModel) => createElevenLabsSpeechToText({ ...elevenLabs, ...tools, model }),
    },
    openAi && {
      provider: 'openai',
      create: (model = openAi.sttModel) => createOpenAiSpeechToText({ ...openAi, ...tools, model }),
    },
  ].filter((offer) => offer !== null);
}

/** Those that tell when each word sounds come first. */
function mouthsOf(
  { clock, overrides }: Foundation,
  { deepgram, cartesia, elevenLabs, openAi }: SpeechConfig,
): Offer<TextToSpeech>[] {
  const tools = { clock, openSocket: openWebSocket };
  const fetch = overrides.fetch ?? globalThis.fetch;
  return [
    elevenLabs && {
      provider: 'elevenlabs',
      create: (model = elevenLabs.ttsModel) =>
        createElevenLabsTextToSpeech({ ...elevenLabs, ...tools, model, voice: elevenLabs.voiceId }),
    },
    cartesia && {
      provider: 'cartesia',
      create: (model = cartesia.ttsModel) =>
        createCartesiaTextToSpeech({ ...cartesia, ...tools, model, voice: cartesia.voiceId }),
    },
    deepgram && {
      provider: 'deepgram',
      create: (model = deepgram.ttsModel) => createDeepgramTextToSpeech({ ...deepgram, ...tools, model }),
    },
    openAi && {
      provider: 'openai',
      create: (model = openAi.ttsModel) =>
        createOpenAiTextToSpeech({ ...openAi, clock, fetch, model, voice: openAi.voice }),
    },
  ].filter((offer) => offer !== null);
}
