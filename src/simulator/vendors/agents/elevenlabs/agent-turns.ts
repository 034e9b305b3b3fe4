/** Who speaks when in a conversation with a simulated agent: it listens, thinks, speaks, and yields to the person. */
import { writeWords } from '../../../../audio/word-bits.ts';
import type { CancelTimer } from '../../../../base/clock.ts';
import type { VendorParts } from '../../vendor.ts';
import { askBrain, type Said, type Thought } from '../ask-brain.ts';
import { createPersonEar, type PersonEarEvent } from '../person-ear.ts';
import { createPlaybackEstimate } from '../playback-estimate.ts';
import { toPieces } from '../say-reply.ts';
import type { NewVendorId } from '../vendor-ids.ts';
import { fromWire, type WireFormat } from '../wire-sound.ts';
import { AgentReply } from './agent-reply.ts';
import { type AgentTools, createAgentTools } from './agent-tools.ts';
import type { ServerMessage } from './server-messages.ts';

export interface AgentTurnsParts {
  vendor: VendorParts;
  newId: NewVendorId;
  instructions: string;
  /** Null: the brain finds the first words; empty: the person speaks first. */
  firstMessage: string | null;
  tools: readonly string[];
  voice: string;
  input: WireFormat;
  output: WireFormat;
  send(message: ServerMessage): void;
  /** The agent has ended the conversation, and its last words have sounded. */
  ended(): void;
  /** Its brain failed. */
  failed(message: string): void;
}

/** A pause of this length ends what the person says. */
const turnSilenceMs = 700;
/** The agent ends the conversation by one of these, unless the client has a tool of that name. */
const endingTools = ['hang_up', 'end_call'];
/** How often in a row it may think again because of what tools gave back. */
const mostRounds = 5;

export class AgentTurns {
  readonly #parts: AgentTurnsParts;
  readonly #ear = createPersonEar(turnSilenceMs, (event) => this.#hearPerson(event));
  readonly #playback;
  readonly #tools: AgentTools;
  readonly #said: Said[] = [];
  readonly #context = new Map<string, string>();
  #eventId = 0;
  #words: string[] = [];
  /** What goes on between a turn of the person and the end of what is sent in answer; aborted by the next turn. */
  #answer = new AbortController();
  /** Those whose sound may still be playing. */
  #replies: { reply: AgentReply; said: { text: string } }[] = [];
  #isEnding = false;
  #cancelEnding: CancelTimer = () => {};

  constructor(parts: AgentTurnsParts) {
    this.#parts = parts;
    const { clock } = parts.vendor;
    this.#playback = createPlaybackEstimate(clock);
    this.#tools = createAgentTools({ clock, newId: parts.newId, send: parts.send });
  }

  begin(): void {
    const { firstMessage } = this.#parts;
    if (firstMessage === '') return;
    if (firstMessage === null) return this.#think();
    const { signal } = this.#answer;
    this.#speak(firstMessage, signal).catch((error: unknown) => this.#fail(error, signal));
  }

  hear(wire: Uint8Array): void {
    this.#ear.hear(fromWire(wire, this.#parts.input));
  }

  /** What the person wrote counts as a turn of theirs. */
  read(text: string): void {
    if (this.#isEnding) return;
    this.#yield();
    this.#takeTurn(text);
  }

  /** Something to know from now on; the same id replaces what it said before. */
  know(text: string, contextId: string | null): void {
    this.#context.set(contextId ?? `context ${this.#context.size}`, text);
  }

  toolResult(id: string, result: string, isError: boolean): boolean {
    return this.#tools.answer(id, result, isError);
  }

  stop(): void {
    this.#isEnding = true;
    this.#answer.abort();
    this.#cancelEnding();
    this.#tools.stop();
    for (const { reply } of this.#replies) reply.stop();
  }

  #hearPerson(event: PersonEarEvent): void {
    if (this.#isEnding) return;
    if (event.type === 'word') {
      this.#yield();
      this.#words.push(event.text);
      const tentative = { user_transcript: this.#words.join(' '), event_id: this.#eventId + 1 };
      this.#parts.send({ type: 'tentative_user_transcript', tentative_user_transcription_event: tentative });
    } else if (event.type === 'speech-stopped' && event.text !== '') {
      this.#words = [];
      this.#eventId += 1;
      const heard = { user_transcript: event.text, event_id: this.#eventId };
      this.#parts.send({ type: 'user_transcript', user_transcription_event: heard });
      this.#takeTurn(event.text);
    }
  }

  #takeTurn(text: string): void {
    this.#said.push({ by: 'person', text });
    this.#think();
  }

  /** Gives up what it is about to say, and what it is saying. */
  #yield(): void {
    this.#answer.abort();
    const sounding = this.#playback.restMs > 0 ? this.#replies.filter(({ reply }) => reply.hasBegun) : [];
    for (const { reply } of this.#replies) reply.stop();
    this.#replies = [];
    const last = sounding.at(-1);
    if (!last) return;
    const corrections = sounding.map(({ reply, said }) => {
      said.text = reply.heardText;
      return reply.toCorrection();
    });
    this.#playback.clear();
    this.#parts.send({ type: 'interruption', interruption_event: { event_id: last.reply.eventId } });
    for (const correction of corrections) if (correction) this.#parts.send(correction);
  }

  #think(): void {
    this.#answer.abort();
    this.#answer = new AbortController();
    const { signal } = this.#answer;
    this.#thinkOn(signal).catch((error: unknown) => this.#fail(error, signal));
  }

  async #thinkOn(signal: AbortSignal): Promise<void> {
    for (let round = 0; round < mostRounds; round += 1) {
      const thoughts = await this.#ask(signal);
      let hasResults = false;
      for (const thought of thoughts) {
        if (signal.aborted) return;
        if (thought.type === 'text') await this.#speak(thought.text, signal);
        else if (this.#isOwnEnding(thought.name)) return this.#end(thought.name, signal);
        else hasResults = await this.#callTool(thought, signal);
      }
      if (signal.aborted || !hasResults) return;
    }
  }

  #ask(signal: AbortSignal): Promise<Thought[]> {
    const { vendor, instructions, tools, firstMessage } = this.#parts;
    return askBrain(vendor.brain, {
      instructions: [instructions, ...this.#context.values()].join('\n'),
      greeting: firstMessage,
      said: this.#said.map((said) => ({ ...said })),
      tools: [...new Set([...tools, ...endingTools])],
      signal,
    });
  }

  #isOwnEnding(name: string): boolean {
    return endingTools.includes(name) && !this.#parts.tools.includes(name);
  }

  /** Resolves when all of it was sent, or the person came in between. */
  async #speak(text: string, signal: AbortSignal): Promise<void> {
    const { vendor, voice, output, send } = this.#parts;
    const spoken = writeWords(await vendor.synthesize(text, voice));
    if (signal.aborted) return;
    this.#eventId += 1;
    const eventId = this.#eventId;
    const said = { by: 'agent' as const, text };
    await new Promise<void>((resolve) => {
      const reply = new AgentReply({
        ...{ clock: vendor.clock, delays: vendor.delays, playback: this.#playback, format: output },
        ...{ eventId, text, pieces: toPieces(text, spoken), send },
        begun: () => {
          this.#said.push(said);
        },
        over: resolve,
      });
      if (this.#playback.restMs === 0) this.#replies = [];
      this.#replies.push({ reply, said });
    });
  }

  /** True when there is a result to think about. */
  async #callTool(tool: { name: string; argumentsJson: string }, signal: AbortSignal): Promise<true> {
    const text = await this.#tools.call({ ...tool, eventId: this.#eventId });
    if (!signal.aborted) this.#said.push({ by: 'tool', name: tool.name, text });
    return true;
  }

  #end(toolName: string, signal: AbortSignal): void {
    if (signal.aborted) return;
    this.#isEnding = true;
    const call = { tool_name: toolName, tool_call_id: this.#parts.newId('toolcall'), tool_type: 'system' };
    this.#parts.send({
      type: 'agent_tool_response',
      agent_tool_response: { ...call, is_error: false, event_id: this.#eventId },
    });
    this.#cancelEnding = this.#parts.vendor.clock.startTimer(this.#playback.restMs, () => this.#parts.ended());
  }

  #fail(error: unknown, signal: AbortSignal): void {
    if (!signal.aborted) this.#parts.failed(error instanceof Error ? error.message : String(error));
  }
}
