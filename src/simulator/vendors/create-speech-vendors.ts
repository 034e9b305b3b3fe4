/** A Deepgram, ElevenLabs, OpenAI and Cartesia in a box, which speak their own protocols in-process or over real sockets. */

import { writeWords } from '../../audio/word-bits.ts';
import type { OpenSocket } from '../../base/raw-socket.ts';
import { createAgentEndpoints, type SimulatedAgent } from './agents/agent-endpoints.ts';
import { cartesia } from './cartesia/cartesia.ts';
import { deepgram } from './deepgram/deepgram.ts';
import { elevenlabs } from './elevenlabs/elevenlabs.ts';
import { createInProcessFetch, createInProcessSockets } from './in-process-vendors.ts';
import { openai } from './openai/openai.ts';
import { createVendorServer, type VendorAddress } from './serve-vendors.ts';
import type { VendorSessionRecord } from './session-log.ts';
import type { VendorDelays, VendorEndpoints, VendorFaults, VendorName, VendorParts } from './vendor.ts';
import { createVendorFaults } from './vendor-faults.ts';
import { createSwitchboard } from './vendor-switchboard.ts';

export interface SpeechVendorOptions extends Omit<Partial<VendorParts>, 'delays'> {
  clock: VendorParts['clock'];
  random: VendorParts['random'];
  /** Its words are written into its sound by the vendors. */
  synthesize: VendorParts['synthesize'];
  brain: VendorParts['brain'];
  delays?: Partial<VendorDelays>;
  /** The right key of each vendor; where none is told, any will do. */
  keys?: Partial<Record<VendorName, string>>;
  /** Agents of the ElevenLabs account; any other id is a usual agent that greets by name. */
  agents?: readonly SimulatedAgent[];
}

export interface SpeechVendors {
  /** In-process: `ws:` or `wss:` URLs of any host with a vendor's name as the first part of the path, or of its own host. */
  openSocket: OpenSocket;
  /** In-process, likewise. */
  fetch: typeof fetch;
  /** A real server; a vendor's base URL is `url` with `/deepgram`, `/elevenlabs`, `/openai/v1` or `/cartesia`. */
  start(at?: VendorAddress): Promise<{ url: string }>;
  /** Breaks every connection of both faces and leaves no timer behind. */
  stop(): Promise<void>;
  faults: VendorFaults;
  /** Every socket session, oldest first; the last 1,000 are kept. */
  sessions(): readonly VendorSessionRecord[];
}

const usualDelays: VendorDelays = { firstSoundMs: 80, soundSpeed: 10 };

export function createSpeechVendors(options: SpeechVendorOptions): SpeechVendors {
  const { clock, random, brain, synthesize, keys = {}, agents = [], faults = createVendorFaults() } = options;
  const parts: VendorParts = {
    ...{ clock, random, brain, faults },
    synthesize: async (text, voice) => writeWords(await synthesize(text, voice)),
    delays: { ...usualDelays, ...options.delays },
  };
  const brought = [deepgram, elevenlabs, openai, cartesia, createAgentEndpoints({ agents })];
  const endpoints: VendorEndpoints = {
    sockets: brought.flatMap(({ sockets }) => sockets),
    http: brought.flatMap(({ http }) => http),
  };
  const switchboard = createSwitchboard(parts, { endpoints, rightKey: (vendor) => keys[vendor] ?? null });
  const server = createVendorServer(switchboard, parts);
  return {
    openSocket: createInProcessSockets(switchboard),
    fetch: createInProcessFetch(switchboard, parts),
    start: server.start,
    stop: server.stop,
    faults,
    sessions: switchboard.sessions,
  };
}
