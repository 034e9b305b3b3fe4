/** Which vendors of speech the settings give keys for. */
import type { z } from 'zod';
import type { allSettings, SettingName } from './settings.ts';

type Values = { [Name in SettingName]: z.output<(typeof allSettings)[Name]['schema']> };

interface Access {
  apiKey: string;
  baseUrl: string;
}

/** Null: no key of that vendor. */
export interface SpeechConfig {
  deepgram: (Access & { sttModel: string; ttsModel: string }) | null;
  elevenLabs: (Access & { agentId: string | null; voiceId: string; ttsModel: string; sttModel: string }) | null;
  cartesia: (Access & { sttModel: string; ttsModel: string; voiceId: string }) | null;
  /** Only at OpenAI itself: other servers with its language models' protocol seldom speak. */
  openAi: (Access & { sttModel: string; ttsModel: string; voice: string; realtime: OpenAiRealtime }) | null;
}

export interface OpenAiRealtime {
  model: string;
  voice: string;
}

/** What has to be set before an engine can hold a call. */
export const settingsOfEngines = {
  cascade: 'DEEPGRAM_API_KEY, CARTESIA_API_KEY, ELEVENLABS_API_KEY or OPENAI_API_KEY',
  'speech-to-speech': 'OPENAI_API_KEY',
  'agent-bridge': 'ELEVENLABS_API_KEY and an agent (ELEVENLABS_AGENT_ID, or elevenlabs_agent_id of the client)',
} as const satisfies Record<string, string>;

const openAiHost = /^https:\/\/([a-z]+\.)?api\.openai\.com\//;

export function toSpeechConfig(values: Values): SpeechConfig {
  const with_ = <T>(apiKey: string | undefined, make: (apiKey: string) => T) => (apiKey ? make(apiKey) : null);
  return {
    deepgram: with_(values.DEEPGRAM_API_KEY, (apiKey) => ({
      ...{ apiKey, baseUrl: values.DEEPGRAM_BASE_URL },
      ...{ sttModel: values.DEEPGRAM_STT_MODEL, ttsModel: values.DEEPGRAM_TTS_MODEL },
    })),
    elevenLabs: with_(values.ELEVENLABS_API_KEY, (apiKey) => ({
      ...{ apiKey, baseUrl: values.ELEVENLABS_BASE_URL, agentId: values.ELEVENLABS_AGENT_ID ?? null },
      ...{ voiceId: values.ELEVENLABS_VOICE_ID, ttsModel: values.ELEVENLABS_TTS_MODEL },
      sttModel: values.ELEVENLABS_STT_MODEL,
    })),
    cartesia: with_(values.CARTESIA_API_KEY, (apiKey) => ({
      ...{ apiKey, baseUrl: values.CARTESIA_BASE_URL, voiceId: values.CARTESIA_VOICE_ID },
      ...{ sttModel: values.CARTESIA_STT_MODEL, ttsModel: values.CARTESIA_TTS_MODEL },
    })),
    openAi: with_(openAiHost.test(`${values.OPENAI_BASE_URL}/`) ? values.OPENAI_API_KEY : undefined, (apiKey) => ({
      ...{ apiKey, baseUrl: values.OPENAI_BASE_URL, sttModel: values.OPENAI_STT_MODEL },
      ...{ ttsModel: values.OPENAI_TTS_MODEL, voice: values.OPENAI_VOICE },
      realtime: { model: values.OPENAI_REALTIME_MODEL, voice: values.OPENAI_REALTIME_VOICE },
    })),
  };
}
