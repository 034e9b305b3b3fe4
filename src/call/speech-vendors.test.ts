import { describe, expect, it } from 'vitest';
import { agentIdFor, enginesFor, type SpeechVendors, someoneCanSpeak, voiceFor } from './speech-vendors.ts';
import { createFakeAgent } from './testing/fake-agent.ts';
import { createFakeEars, createFakeMouths } from './testing/fake-speech.ts';

const nobody: SpeechVendors = {
  ...{ earsFor: () => [], mouthsFor: () => [], speechToSpeech: null, agent: null, usualAgentId: null },
  needs: { cascade: 'A', 'speech-to-speech': 'B', 'agent-bridge': 'C' },
};
const agent = createFakeAgent({ canSay: true });
const everybody: SpeechVendors = {
  ...nobody,
  ...{ earsFor: () => [createFakeEars()], mouthsFor: () => [createFakeMouths()] },
  ...{ speechToSpeech: agent, agent, usualAgentId: 'agent_usual' },
};
const assistant = { stt: null, tts: null, engine: 'agent-bridge', fallback_engines: ['relay', 'cascade'] } as const;

describe('the engines that can hold a call', () => {
  it('are those that the assistant wants and the server has vendors for, in its order, each once', () => {
    expect(enginesFor(everybody, assistant, 'agent_1')).toEqual(['agent-bridge', 'cascade']);
    expect(enginesFor(everybody, { ...assistant, fallback_engines: ['agent-bridge'] }, 'agent_1')).toHaveLength(1);
    expect(enginesFor(everybody, assistant, null)).toEqual(['cascade']);
    expect(enginesFor({ ...everybody, mouthsFor: () => [] }, assistant, null)).toEqual([]);
  });

  it('have to be there before anybody is rung, and an error says what is missing', () => {
    expect(() => someoneCanSpeak(everybody, { engine: 'media', assistant })).not.toThrow();
    expect(() => someoneCanSpeak(nobody, { engine: 'relay', assistant })).not.toThrow();
    expect(() => someoneCanSpeak(nobody, { engine: 'media', assistant })).toThrow(
      /agent-bridge needs C; cascade needs A/,
    );
  });
});

describe('the agent of a call', () => {
  it('is that of its client, or the usual one', () => {
    expect(agentIdFor(everybody, { elevenlabs_agent_id: 'agent_own' })).toBe('agent_own');
    for (const metadata of [null, {}, { elevenlabs_agent_id: '' }, { elevenlabs_agent_id: 7 }]) {
      expect(agentIdFor(everybody, metadata)).toBe('agent_usual');
    }
  });
});

describe('the voice that an assistant wants', () => {
  const voice = { provider: 'elevenlabs', name: 'rachel' };
  it('is asked of the vendor that has it, and of no other', () => {
    expect(voiceFor({ tts: null, voice }, 'elevenlabs/agent')).toBe('rachel');
    expect(voiceFor({ tts: null, voice }, 'openai/gpt-realtime-2.1')).toBeNull();
    expect(voiceFor({ tts: { provider: 'cartesia', voice: 'katie' }, voice }, 'cartesia/sonic-3')).toBe('katie');
    expect(voiceFor({ tts: { provider: 'cartesia', voice: 'katie' }, voice }, 'elevenlabs/agent')).toBe('rachel');
    expect(voiceFor({ tts: { provider: 'cartesia' }, voice: null }, 'cartesia/sonic-3')).toBeNull();
  });
});
