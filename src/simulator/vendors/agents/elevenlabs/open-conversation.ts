/** A conversation with a simulated agent on one socket: its opening, its pings, and who gets which message. */
import type { CancelTimer } from '../../../../base/clock.ts';
import type { VendorParts, VendorSession, VendorSocket } from '../../vendor.ts';
import { createVendorIds, type NewVendorId } from '../vendor-ids.ts';
import type { WireFormat } from '../wire-sound.ts';
import { AgentTurns } from './agent-turns.ts';
import {
  type AgentFormat,
  allOverrides,
  fillTemplate,
  type OverrideName,
  type SimulatedAgent,
  toDefaultAgent,
  toSystemVariables,
} from './agents.ts';
import { type ClientMessage, type InitiationData, parseClientMessage } from './client-messages.ts';
import { type ErrorType, type ServerMessage, toErrorMessage } from './server-messages.ts';

/** How long it waits for the client's own opening message. */
const initiationMs = 1000;
const pingEveryMs = 3000;
/** What a client should wait with its pong. */
const pongAfterMs = 50;
const mostUnanswered = 3;
const usualMaxDurationMs = 600_000;
const usualFormat = 'ulaw_8000';
const formats: Record<AgentFormat, WireFormat> = {
  ulaw_8000: 'mulaw',
  pcm_8000: { pcmTimes: 1 },
  pcm_16000: { pcmTimes: 2 },
  pcm_24000: { pcmTimes: 3 },
  pcm_48000: { pcmTimes: 6 },
};

export interface ConversationParts {
  socket: VendorSocket;
  vendor: VendorParts;
  agentId: string;
  /** Null: one that was not set up. */
  agent: SimulatedAgent | null;
}

export function openConversation(parts: ConversationParts): VendorSession {
  return new Conversation(parts);
}

class Conversation implements VendorSession {
  readonly #parts: ConversationParts;
  readonly #newId: NewVendorId;
  readonly #timers = new Set<CancelTimer>();
  #turns: AgentTurns | null = null;
  #isOver = false;
  #pings = 0;
  /** Number of the last ping that was answered. */
  #answered = 0;

  constructor(parts: ConversationParts) {
    this.#parts = parts;
    this.#newId = createVendorIds(parts.vendor.random);
    this.#after(initiationMs, () => {
      if (!this.#turns) this.#initiate({ type: 'conversation_initiation_client_data' });
    });
    this.#after(pingEveryMs, () => this.#ping());
  }

  message(data: string | Uint8Array): void {
    if (!this.#isOver) this.#obey(parseClientMessage(data));
  }

  closed(): void {
    this.#isOver = true;
    for (const cancel of this.#timers) cancel();
    this.#timers.clear();
    this.#turns?.stop();
  }

  #obey(message: ClientMessage): void {
    const turns = this.#turns;
    switch (message.type) {
      case 'invalid':
        return this.#fail(1008, 'invalid_message', message.problem);
      case 'conversation_initiation_client_data':
        if (turns) return this.#fail(1008, 'invalid_message', 'The conversation has already been initiated');
        return this.#initiate(message);
      case 'pong':
        this.#answered = Math.max(this.#answered, Math.min(message.event_id, this.#pings));
        return;
      case 'user_activity':
      case 'mcp_tool_approval_result':
      case 'feedback':
      case 'multimodal_message':
        return;
      default:
        if (turns) return toTurns(turns, message);
        return this.#fail(1008, 'invalid_message', 'Nothing may be sent before the conversation has been initiated');
    }
  }

  #initiate(data: InitiationData): void {
    const { agentId, vendor } = this.#parts;
    const { clock } = vendor;
    const own = data.dynamic_variables ?? {};
    const agent = this.#parts.agent ?? toDefaultAgent(agentId, own);
    const conversationId = this.#newId('conv');
    const variables = { ...toSystemVariables(agentId, conversationId, clock.now()), ...own };
    const override = toOverride(data);
    const refused = override.names.find((name) => !(agent.overrides ?? allOverrides).includes(name));
    if (refused) return this.#fail(1008, 'override_error', `Override for field '${refused}' is not allowed by config.`);
    const first = fillTemplate(override.firstMessage ?? agent.firstMessage ?? '', variables);
    const prompt = fillTemplate(override.prompt ?? agent.prompt, variables);
    const missing = [...new Set([...first.missing, ...prompt.missing])];
    if (missing.length > 0) {
      const message = `Missing required dynamic variables: ${missing.join(', ')}`;
      return this.#fail(1008, 'missing_dynamic_variable', message);
    }
    const { inputFormat = usualFormat, outputFormat = usualFormat } = agent;
    this.#send({
      type: 'conversation_initiation_metadata',
      conversation_initiation_metadata_event: {
        ...{ conversation_id: conversationId, agent_output_audio_format: outputFormat },
        user_input_audio_format: inputFormat,
      },
    });
    const findsFirstWords = agent.firstMessage === null && override.firstMessage === null;
    this.#turns = new AgentTurns({
      ...{ vendor, newId: this.#newId, instructions: prompt.text, tools: agent.tools ?? [] },
      firstMessage: findsFirstWords ? null : first.text,
      voice: override.voice ?? agentId,
      input: formats[inputFormat],
      output: formats[outputFormat],
      send: (message) => this.#send(message),
      ended: () => this.#close(1000, 'Call ended by agent'),
      failed: (message) => this.#fail(1011, 'llm_error', message),
    });
    this.#after(agent.maxDurationMs ?? usualMaxDurationMs, () => this.#close(1000, 'Maximum duration exceeded'));
    this.#turns.begin();
  }

  #ping(): void {
    if (this.#pings - this.#answered >= mostUnanswered) {
      return this.#fail(1008, 'transport_receive_timeout', 'No pong was received');
    }
    this.#pings += 1;
    this.#send({ type: 'ping', ping_event: { event_id: this.#pings, ping_ms: pongAfterMs } });
    this.#after(pingEveryMs, () => this.#ping());
  }

  #after(ms: number, work: () => void): void {
    const cancel = this.#parts.vendor.clock.startTimer(ms, () => {
      this.#timers.delete(cancel);
      work();
    });
    this.#timers.add(cancel);
  }

  #send(message: ServerMessage): void {
    if (!this.#isOver) this.#parts.socket.send(JSON.stringify(message));
  }

  #fail(code: number, type: ErrorType, message: string): void {
    this.#send(toErrorMessage(code, type, message));
    this.#close(code, message);
  }

  #close(code: number, reason: string): void {
    if (this.#isOver) return;
    this.closed();
    this.#parts.socket.close(code, toShortReason(reason));
  }
}

type TurnMessage = Extract<
  ClientMessage,
  { type: 'audio' | 'user_message' | 'contextual_update' | 'client_tool_result' }
>;

function toTurns(turns: AgentTurns, message: TurnMessage): void {
  switch (message.type) {
    case 'audio':
      return turns.hear(message.bytes);
    case 'user_message':
      return message.text ? turns.read(message.text) : undefined;
    case 'contextual_update':
      return turns.know(message.text, message.context_id ?? null);
    case 'client_tool_result':
      turns.toolResult(message.tool_call_id, message.result, message.is_error);
  }
}

function toOverride({ conversation_config_override: override }: InitiationData) {
  const { agent, tts } = override ?? {};
  const given: [OverrideName, unknown][] = [
    ['first_message', agent?.first_message],
    ['prompt', agent?.prompt?.prompt],
    ['language', agent?.language],
    ['voice_id', tts?.voice_id],
  ];
  return {
    names: given.filter(([, value]) => value !== undefined).map(([name]) => name),
    firstMessage: agent?.first_message ?? null,
    prompt: agent?.prompt?.prompt ?? null,
    voice: tts?.voice_id ?? null,
  };
}

/** A close frame holds 123 bytes of reason. */
function toShortReason(reason: string): string {
  return Buffer.from(reason)
    .subarray(0, 120)
    .toString('utf8')
    .replace(/\uFFFD+$/u, '');
}
