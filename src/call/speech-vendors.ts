/** Who hears and speaks on lines of sound, as far as this server has vendors for it. */
import type { Assistant, Engine } from '../assistant/assistant.ts';
import type { SpeechToText } from '../ports/speech-to-text.ts';
import type { TextToSpeech } from '../ports/text-to-speech.ts';
import type { VoiceAgent } from '../ports/voice-agent.ts';
import { DialRefused } from './dial/dial-refused.ts';

type WithVoice = Pick<Assistant, 'tts'> & Partial<Pick<Assistant, 'voice'>>;

export interface SpeechVendors {
  /** In the order to use them in: the assistant's own choice first, then every other. */
  earsFor(assistant: Pick<Assistant, 'stt'>): readonly SpeechToText[];
  mouthsFor(assistant: WithVoice): readonly TextToSpeech[];
  speechToSpeech: VoiceAgent | null;
  agent: VoiceAgent | null;
  /** The agent of calls that name none. */
  usualAgentId: string | null;
  /** What each engine needs to be set, in words for the operator. */
  needs: Readonly<Record<Exclude<Engine, 'relay'>, string>>;
}

/** An engine that speaks on a line of sound. */
export type LineEngineName = Exclude<Engine, 'relay'>;

type Speaking = Pick<Assistant, 'engine' | 'fallback_engines' | 'stt'> & WithVoice;

/** The engines that can hold a call of this assistant, in the order in which it wants them. */
export function enginesFor(speech: SpeechVendors, assistant: Speaking, agentId: string | null): LineEngineName[] {
  const can: Record<Engine, boolean> = {
    cascade: speech.earsFor(assistant).length > 0 && speech.mouthsFor(assistant).length > 0,
    'speech-to-speech': speech.speechToSpeech !== null,
    'agent-bridge': speech.agent !== null && agentId !== null,
    // The carrier speaks there, on a line of another kind.
    relay: false,
  };
  return wantedEngines(assistant).filter((engine) => can[engine]);
}

function wantedEngines({ engine, fallback_engines: others }: Speaking): LineEngineName[] {
  return [...new Set([engine, ...others])].filter((name): name is LineEngineName => name !== 'relay');
}

/**
 * The voice that the assistant wants of this vendor, as the vendor names it; null: its usual one.
 * @param vendor as in the name of a TextToSpeech or VoiceAgent, for example `elevenlabs/agent`
 */
export function voiceFor({ tts, voice }: WithVoice, vendor: string): string | null {
  const provider = vendor.split('/')[0];
  const wanted = tts as { provider: string; voice?: string } | null;
  if (wanted?.voice && wanted.provider === provider) return wanted.voice;
  return voice && voice.provider === provider ? voice.name : null;
}

/** The agent that a client of ours has at the vendor, or else the usual one. */
export function agentIdFor(speech: SpeechVendors, metadata: unknown): string | null {
  const id = (metadata as { elevenlabs_agent_id?: unknown } | null)?.elevenlabs_agent_id;
  return typeof id === 'string' && id !== '' ? id : speech.usualAgentId;
}

/**
 * Asked before a phone rings: a call that nobody here could hold is not placed.
 * @throws DialRefused `engine/no-vendor`, which names the settings to set
 */
export function someoneCanSpeak(
  speech: SpeechVendors,
  call: { engine: 'relay' | 'media'; assistant: Speaking; metadata?: unknown },
): void {
  const { engine, assistant, metadata } = call;
  if (engine === 'relay' || enginesFor(speech, assistant, agentIdFor(speech, metadata)).length > 0) return;
  const needs = wantedEngines(assistant).map((name) => `${name} needs ${speech.needs[name]}`);
  throw new DialRefused(
    'engine/no-vendor',
    `No vendor of speech is set up that could hold this call: ${needs.join('; ')}.`,
  );
}
