/** The simulated vendors of one virtual call, and our own providers joined to them. */

import { type Clock, waitFor } from '../../src/base/clock.ts';
import { silentLogger } from '../../src/base/log.ts';
import { createSeededRandom } from '../../src/base/random.ts';
import type { SpeechVendors } from '../../src/call/speech-vendors.ts';
import type { LanguageModel } from '../../src/ports/language-model.ts';
import type { SpeechToText } from '../../src/ports/speech-to-text.ts';
import type { TextToSpeech } from '../../src/ports/text-to-speech.ts';
import { createCartesiaSpeechToText } from '../../src/providers/cartesia/speech-to-text.ts';
import { createCartesiaTextToSpeech } from '../../src/providers/cartesia/text-to-speech.ts';
import { createDeepgramSpeechToText } from '../../src/providers/deepgram/speech-to-text.ts';
import { createDeepgramTextToSpeech } from '../../src/providers/deepgram/text-to-speech.ts';
import { createElevenLabsAgent } from '../../src/providers/elevenlabs/agent.ts';
import { createElevenLabsSpeechToText } from '../../src/providers/elevenlabs/speech-to-text.ts';
import { createElevenLabsTextToSpeech } from '../../src/providers/elevenlabs/text-to-speech.ts';
import { createOpenAiLanguageModel } from '../../src/providers/openai/language-model.ts';
import { createRealtimeAgent } from '../../src/providers/openai/realtime.ts';
import { createOpenAiTextToSpeech } from '../../src/providers/openai/speech.ts';
import { createOpenAiSpeechToText } from '../../src/providers/openai/transcription.ts';
import { toDefaultAgent } from '../../src/simulator/vendors/agents/elevenlabs/agents.ts';
import { type SpeechVendors as Box, createSpeechVendors } from '../../src/simulator/vendors/create-speech-vendors.ts';
import type { Brain } from '../../src/simulator/vendors/vendor.ts';
import { sketchSpeech } from '../../src/simulator/voices/sketch-voice.ts';

/** What the assistant says to this; `count` rises with every question that its model gets. Words in `[tool:name]` call one. */
export type Answer = (said: string, count: number) => string;

const host = 'http://vendors.test';
const access = { apiKey: 'any' };
const at = (vendor: string) => ({ ...access, baseUrl: `${host}/${vendor}` });

export type EarsName = keyof ReturnType<typeof allEars>;
export type MouthName = keyof ReturnType<typeof allMouths>;
type Tools = Pick<Box, 'openSocket' | 'fetch'> & { clock: Clock };

const allEars = (tools: Tools) => ({
  flux: (): SpeechToText => createDeepgramSpeechToText({ ...at('deepgram'), ...tools }),
  nova: (): SpeechToText => createDeepgramSpeechToText({ ...at('deepgram'), ...tools, model: 'nova-3' }),
  scribe: (): SpeechToText =>
    createElevenLabsSpeechToText({ ...at('elevenlabs'), ...tools, model: 'scribe_v2_realtime' }),
  ink: (): SpeechToText => createCartesiaSpeechToText({ ...at('cartesia'), ...tools }),
  whisper: (): SpeechToText => createOpenAiSpeechToText({ ...at('openai/v1'), ...tools, model: 'gpt-live-transcribe' }),
});

const allMouths = (tools: Tools) => ({
  elevenlabs: (): TextToSpeech =>
    createElevenLabsTextToSpeech({ ...at('elevenlabs'), ...tools, model: 'eleven_flash_v2_5', voice: 'rachel' }),
  sonic: (): TextToSpeech => createCartesiaTextToSpeech({ ...at('cartesia'), ...tools, voice: 'v1' }),
  aura: (): TextToSpeech => createDeepgramTextToSpeech({ ...at('deepgram'), ...tools }),
  openai: (): TextToSpeech =>
    createOpenAiTextToSpeech({ ...at('openai/v1'), ...tools, model: 'gpt-4o-mini-tts', voice: 'marin' }),
});

const agentId = 'agent_simulated';

export interface VirtualSpeech {
  box: Box;
  speech: SpeechVendors;
  model: LanguageModel;
}

export function createVirtualSpeech(
  clock: Clock,
  options: {
    seed: number;
    answer: Answer;
    ears: readonly EarsName[];
    mouths: readonly MouthName[];
    /** How long the agent's vendor lets a conversation last; its own usual limit when absent. */
    agentMaxDurationMs?: number;
  },
): VirtualSpeech {
  const box = createSpeechVendors({
    ...{ clock, random: createSeededRandom(options.seed), brain: toBrain(clock, options.answer) },
    synthesize: async (text, voice) => sketchSpeech(text, voice),
    agents: options.agentMaxDurationMs
      ? [{ ...toDefaultAgent(agentId, {}), maxDurationMs: options.agentMaxDurationMs }]
      : [],
  });
  const tools: Tools = { clock, openSocket: box.openSocket, fetch: box.fetch };
  const [ears, mouths] = [allEars(tools), allMouths(tools)];
  const speech: SpeechVendors = {
    earsFor: () => options.ears.map((name) => ears[name]()),
    mouthsFor: () => options.mouths.map((name) => mouths[name]()),
    agent: createElevenLabsAgent({ ...at('elevenlabs'), ...tools }),
    speechToSpeech: createRealtimeAgent({ ...at('openai/v1'), ...tools }),
    usualAgentId: agentId,
    needs: { cascade: '', 'speech-to-speech': '', 'agent-bridge': '' },
  };
  const model = createOpenAiLanguageModel({ ...at('openai/v1'), ...tools, model: 'm', log: silentLogger });
  return { box, speech, model };
}

const firstTokenMs = 250;
const tokenMs = 15;

/** Thinks at the pace of a language model. */
function toBrain(clock: Clock, answer: Answer): Brain {
  let count = 0;
  return async function* think({ greeting, said, signal }) {
    const last = said.at(-1);
    if (said.length === 0 && greeting !== null) return yield { type: 'text', text: greeting };
    await waitFor(clock, firstTokenMs, signal);
    count += 1;
    const text = answer(last?.text ?? '', count);
    for (const piece of text.match(/\S+\s*/gu) ?? []) {
      if (signal.aborted) return;
      const tool = /^\[tool:(\w+)\]/u.exec(piece)?.[1];
      if (tool) yield { type: 'tool', name: tool, argumentsJson: '{}' };
      else yield { type: 'text', text: piece };
      await waitFor(clock, tokenMs, signal);
    }
  };
}
