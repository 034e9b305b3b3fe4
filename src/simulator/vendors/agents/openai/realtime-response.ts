/** One response of a Realtime session, from `response.created` to `response.done`: thought of, spoken, or cut. */
import { bytesPerMs } from '../../../../audio/mulaw.ts';
import { writeWords } from '../../../../audio/word-bits.ts';
import type { CancelTimer } from '../../../../base/clock.ts';
import { messageOf } from '../../../../base/errors.ts';
import type { VendorParts } from '../../vendor.ts';
import { askBrain, type Talk, type Thought } from '../ask-brain.ts';
import { type SpokenPiece, toPieces } from '../say-reply.ts';
import { sendPaced } from '../send-paced.ts';
import type { NewVendorId } from '../vendor-ids.ts';
import { toWire } from '../wire-sound.ts';
import type { ConversationItem, ConversationItems, WireItem } from './conversation-items.ts';
import { type SessionSettings, toWireFormat } from './session-settings.ts';

export interface ServerEvent {
  type: string;
  [field: string]: unknown;
}

export interface ResponseParts {
  vendor: VendorParts;
  newId: NewVendorId;
  settings: SessionSettings;
  /** Where its items go; those of another response may come between. */
  items: ConversationItems;
  conversationId: string | null;
  metadata: unknown;
  talk: Omit<Talk, 'signal'>;
  /** Null: the brain finds the words. */
  wordsToSay: string | null;
  send(event: ServerEvent): void;
  /** It is done, one way or the other; told right before `response.done`. */
  over(): void;
}

type Ending =
  | { status: 'completed' }
  | { status: 'cancelled'; reason: 'turn_detected' | 'client_cancelled' }
  | { status: 'failed'; message: string };

/** The message that is being spoken. */
interface OpenMessage {
  item: ConversationItem;
  index: number;
  transcript: string;
}

const charactersPerToken = 4;

export class RealtimeResponse {
  readonly id: string;
  readonly #parts: ResponseParts;
  readonly #abort = new AbortController();
  readonly #output: WireItem[] = [];
  #message: OpenMessage | null = null;
  #stopSending: CancelTimer = () => {};
  /** Lets go of what waits for the end of the sending. */
  #stopWaiting = () => {};

  constructor(parts: ResponseParts) {
    this.#parts = parts;
    this.id = parts.newId('resp');
  }

  begin(): void {
    this.#parts.send({ type: 'response.created', response: this.#toWire('in_progress', null) });
    this.#run().catch((error: unknown) => this.#end({ status: 'failed', message: messageOf(error) }));
  }

  cancel(reason: 'turn_detected' | 'client_cancelled'): void {
    this.#end({ status: 'cancelled', reason });
  }

  /** Without a word: the session is gone. */
  drop(): void {
    this.#abort.abort();
    this.#stopSending();
    this.#stopWaiting();
  }

  async #run(): Promise<void> {
    const { wordsToSay, vendor, talk } = this.#parts;
    const { signal } = this.#abort;
    const words: Thought[] | null = wordsToSay === null ? null : [{ type: 'text', text: wordsToSay }];
    for (const thought of words ?? (await askBrain(vendor.brain, { ...talk, signal }))) {
      if (signal.aborted) return;
      if (thought.type === 'text') await this.#speak(thought.text);
      else this.#callTool(thought);
    }
    this.#end({ status: 'completed' });
  }

  /** Resolves when all of it was sent, or the response was cut. */
  async #speak(text: string): Promise<void> {
    const { vendor, settings } = this.#parts;
    const { voice } = settings.audio.output;
    const spoken = writeWords(await vendor.synthesize(text, typeof voice === 'string' ? voice : voice.id));
    if (this.#abort.signal.aborted) return;
    const message = this.#beginMessage();
    await new Promise<void>((resolve) => {
      this.#stopWaiting = resolve;
      this.#stopSending = sendPaced({
        ...{ clock: vendor.clock, delays: vendor.delays, parts: toPieces(text, spoken) },
        send: (piece) => this.#sendPiece(message, piece),
        sent: resolve,
      });
    });
    if (!this.#abort.signal.aborted) this.#endMessage('completed');
  }

  #beginMessage(): OpenMessage {
    const { items, newId, send } = this.#parts;
    const wire = this.#toMessage(newId('item'), 'in_progress', '');
    const speech: NonNullable<ConversationItem['speech']> = { words: [], sentMs: 0 };
    const item: ConversationItem = { wire, said: { by: 'agent', text: '' }, speech };
    const message = { item, index: this.#output.length, transcript: '' };
    this.#message = message;
    this.#output.push(wire);
    send({ type: 'response.output_item.added', response_id: this.id, output_index: message.index, item: wire });
    const before = items.add(item, null);
    send({ type: 'conversation.item.added', previous_item_id: before, item: wire });
    send({ type: 'response.content_part.added', ...this.#placeOf(message), part: { type: 'audio', transcript: '' } });
    return message;
  }

  #sendPiece(message: OpenMessage, piece: SpokenPiece): void {
    const { send, settings } = this.#parts;
    const place = this.#placeOf(message);
    const { speech, said } = message.item;
    message.transcript += piece.text;
    if (said) said.text = message.transcript;
    if (speech) {
      speech.words.push({ text: piece.text, endMs: piece.endMs });
      speech.sentMs += piece.sound.length / bytesPerMs;
    }
    send({ type: 'response.output_audio_transcript.delta', ...place, delta: piece.text });
    const wire = toWire(piece.sound, toWireFormat(settings.audio.output.format));
    send({ type: 'response.output_audio.delta', ...place, delta: Buffer.from(wire).toString('base64') });
  }

  #endMessage(status: 'completed' | 'incomplete'): void {
    const message = this.#message;
    if (!message) return;
    this.#message = null;
    const { send, items } = this.#parts;
    const { transcript, item, index } = message;
    const place = this.#placeOf(message);
    item.wire = this.#toMessage(item.wire.id, status, transcript);
    this.#output[index] = item.wire;
    send({ type: 'response.output_audio.done', ...place });
    send({ type: 'response.output_audio_transcript.done', ...place, transcript });
    send({ type: 'response.content_part.done', ...place, part: { type: 'audio', transcript } });
    send({ type: 'response.output_item.done', response_id: this.id, output_index: index, item: item.wire });
    send({ type: 'conversation.item.done', previous_item_id: items.before(item.wire.id), item: item.wire });
  }

  #callTool({ name, argumentsJson }: { name: string; argumentsJson: string }): void {
    const { newId, send, items } = this.#parts;
    const call = { type: 'function_call' as const, object: 'realtime.item', name, call_id: newId('call') };
    const open: WireItem = { id: newId('item'), ...call, status: 'in_progress', arguments: '' };
    const index = this.#output.length;
    const place = { response_id: this.id, item_id: open.id, output_index: index, call_id: call.call_id };
    send({ type: 'response.output_item.added', response_id: this.id, output_index: index, item: open });
    const item: ConversationItem = { wire: open, said: null };
    const before = items.add(item, null);
    send({ type: 'conversation.item.added', previous_item_id: before, item: open });
    const half = Math.ceil(argumentsJson.length / 2);
    for (const delta of [argumentsJson.slice(0, half), argumentsJson.slice(half)]) {
      send({ type: 'response.function_call_arguments.delta', ...place, delta });
    }
    send({ type: 'response.function_call_arguments.done', ...place, name, arguments: argumentsJson });
    item.wire = { ...open, status: 'completed', arguments: argumentsJson };
    this.#output.push(item.wire);
    send({ type: 'response.output_item.done', response_id: this.id, output_index: index, item: item.wire });
    send({ type: 'conversation.item.done', previous_item_id: before, item: item.wire });
  }

  #end(ending: Ending): void {
    if (this.#abort.signal.aborted) return;
    this.drop();
    this.#endMessage('incomplete');
    this.#parts.over();
    this.#parts.send({ type: 'response.done', response: this.#toWire(ending.status, toDetails(ending)) });
  }

  #placeOf({ item, index }: OpenMessage) {
    return { response_id: this.id, item_id: item.wire.id, output_index: index, content_index: 0 };
  }

  #toMessage(id: string, status: 'in_progress' | 'completed' | 'incomplete', transcript: string): WireItem {
    const content = status === 'in_progress' ? [] : [{ type: 'output_audio', transcript }];
    return { id, object: 'realtime.item', type: 'message', status, role: 'assistant', content };
  }

  #toWire(status: string, details: unknown) {
    const { settings, conversationId, metadata, talk } = this.#parts;
    return {
      ...{ object: 'realtime.response', id: this.id, status, status_details: details },
      ...{ output: this.#output, conversation_id: conversationId, metadata: metadata ?? null },
      output_modalities: settings.output_modalities,
      max_output_tokens: settings.max_output_tokens,
      audio: { output: { format: settings.audio.output.format, voice: settings.audio.output.voice } },
      usage: status === 'in_progress' ? null : toUsage(talk, this.#output),
    };
  }
}

function toDetails(ending: Ending): unknown {
  if (ending.status === 'completed') return null;
  if (ending.status === 'cancelled') return { type: 'cancelled', reason: ending.reason };
  return { type: 'failed', error: { type: 'server_error', code: 'server_error', message: ending.message } };
}

/** Counted by letters. */
function toUsage(talk: Omit<Talk, 'signal'>, output: readonly WireItem[]) {
  const toTokens = (letters: number) => Math.ceil(letters / charactersPerToken);
  const input = toTokens(talk.said.reduce((sum, { text }) => sum + text.length, talk.instructions.length));
  const spoken = toTokens(JSON.stringify(output).length);
  return {
    ...{ total_tokens: input + spoken, input_tokens: input, output_tokens: spoken },
    input_token_details: { text_tokens: input, audio_tokens: 0, cached_tokens: 0 },
    output_token_details: { text_tokens: 0, audio_tokens: spoken },
  };
}
