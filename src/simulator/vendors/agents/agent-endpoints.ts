/** Vendors that hold the conversation themselves, simulated: ElevenLabs agents and OpenAI Realtime. */
import type { VendorEndpoints } from '../vendor.ts';
import type { SimulatedAgent } from './elevenlabs/agents.ts';
import { createElevenLabsAgents } from './elevenlabs/endpoints.ts';
import { openAiRealtime } from './openai/endpoints.ts';

export type { SimulatedAgent } from './elevenlabs/agents.ts';

/** `agents` are those of the ElevenLabs account; any other id is a usual agent that greets by name. */
export function createAgentEndpoints({ agents = [] }: { agents?: readonly SimulatedAgent[] } = {}): VendorEndpoints {
  const elevenLabs = createElevenLabsAgents(agents);
  return {
    sockets: [...elevenLabs.sockets, ...openAiRealtime.sockets],
    http: [...elevenLabs.http, ...openAiRealtime.http],
  };
}
