import { expect, it } from 'vitest';
import { defaultAssistant } from '../assistant/assistant.ts';
import type { VoiceAgent } from '../ports/voice-agent.ts';
import type { SpeechVendors } from './speech-vendors.ts';
import { createFakeEars, createFakeMouths } from './testing/fake-speech.ts';
import { vendorsOfCall } from './vendors-of-call.ts';

const agent = { name: 'elevenlabs/agent' } as VoiceAgent;

const speechWith = (...ears: string[]): SpeechVendors => ({
  earsFor: () => ears.map((name) => createFakeEars(name)),
  mouthsFor: () => [createFakeMouths()],
  ...{ speechToSpeech: null, agent, usualAgentId: 'agent_1', needs: {} as SpeechVendors['needs'] },
});

const vendorsOf = (speech: SpeechVendors, engine: 'cascade' | 'agent-bridge') =>
  vendorsOfCall(speech, 'scripted', { engine: 'media', assistant: { ...defaultAssistant, engine }, metadata: null });

it('whoever holds the conversation, each recognizer may be paid for: it hears an operator who takes the call over', () => {
  const none = { ears: null, mouth: null, model: null, agent: null };
  const held = { ...none, agent: 'elevenlabs/agent' };
  expect(vendorsOf(speechWith('one', 'two'), 'agent-bridge')).toEqual([
    { ...held, ears: 'one' },
    { ...held, ears: 'two' },
  ]);
  expect(vendorsOf(speechWith(), 'agent-bridge')).toEqual([held]);
  const cascade = vendorsOf(speechWith('one'), 'cascade');
  expect(cascade).toEqual([{ ...none, ears: 'one', mouth: expect.any(String), model: 'callwright/scripted' }]);
});
