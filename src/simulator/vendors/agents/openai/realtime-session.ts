/** A simulated Realtime session: hears the person, keeps the conversation, and has one response at a time. */
import type { CancelTimer } from '../../../../base/clock.ts';
import type { VendorParts, VendorSession, VendorSocket } from '../../vendor.ts';
import { createVendorIds, type NewVendorId } from '../vendor-ids.ts';
import { changeItems, type ItemsResult } from './change-items.ts';
import { type ClientEvent, type ClientMistake, parseClientEvent } from './client-events.ts';
import { ConversationItems, type WireItem } from './conversation-items.ts';
import { type PersonTurnEvent, PersonTurns } from './person-turns.ts';
import { RealtimeResponse, type ServerEvent } from './realtime-response.ts';
import {
  type ResponseSettings,
  type SessionSettings,
  type SessionUpdate,
  toUsualSettings,
  updateSettings,
} from './session-settings.ts';
import { toWordsToSay } from './words-to-say.ts';

const longestSessionMs = 60 * 60 * 1000;
/** The words of the person come this long after their turn, while the response is under way. */
const transcriptionMs = 300;

export interface RealtimeSessionParts {
  socket: VendorSocket;
  vendor: VendorParts;
  model: string;
}

export function openRealtimeSession(parts: RealtimeSessionParts): VendorSession {
  return new RealtimeSession(parts);
}

type EventOf<T extends ClientEvent['type']> = Extract<ClientEvent, { type: T }>;

class RealtimeSession implements VendorSession {
  readonly #parts: RealtimeSessionParts;
  readonly #newId: NewVendorId;
  readonly #id: string;
  readonly #conversationId: string;
  readonly #items = new ConversationItems();
  readonly #person: PersonTurns;
  readonly #timers = new Set<CancelTimer>();
  #settings: SessionSettings;
  #response: RealtimeResponse | null = null;
  #hasSpoken = false;
  #isOver = false;

  constructor(parts: RealtimeSessionParts) {
    this.#parts = parts;
    this.#newId = createVendorIds(parts.vendor.random);
    this.#id = this.#newId('sess');
    this.#conversationId = this.#newId('conv');
    this.#settings = toUsualSettings(parts.model);
    this.#person = new PersonTurns(this.#settings, this.#newId, (turn) => this.#hearTurn(turn));
    this.#after(longestSessionMs, () => this.#expire());
    this.#send({ type: 'session.created', session: this.#toWire() });
  }

  message(data: string | Uint8Array): void {
    if (this.#isOver) return;
    const read = parseClientEvent(data);
    if (read.type === 'sound') this.#person.hear(read.wire);
    else if (read.type === 'event') this.#obey(read.event);
    else this.#refuse(read.mistake);
  }

  closed(): void {
    this.#isOver = true;
    for (const cancel of this.#timers) cancel();
    this.#timers.clear();
    this.#response?.drop();
  }

  #obey(event: ClientEvent): void {
    switch (event.type) {
      case 'session.update':
        return this.#update(event.session, event);
      case 'input_audio_buffer.append':
        return;
      case 'input_audio_buffer.commit':
        return this.#commit(event);
      case 'input_audio_buffer.clear':
        this.#person.clear();
        return this.#send({ type: 'input_audio_buffer.cleared' });
      case 'conversation.item.create':
      case 'conversation.item.truncate':
      case 'conversation.item.delete':
      case 'conversation.item.retrieve':
        return this.#tellAll(event, changeItems(this.#items, event, this.#newId));
      case 'response.create':
        return this.#create(event.response ?? {}, event);
      case 'response.cancel':
        return this.#cancel(event);
      case 'output_audio_buffer.clear':
        return this.#mistake(event, 'invalid_value', 'output_audio_buffer.clear is for WebRTC and SIP sessions only.');
    }
  }

  #update(update: SessionUpdate, event: ClientEvent): void {
    const voice = update.audio?.output?.voice;
    const isOtherVoice =
      voice !== undefined && JSON.stringify(voice) !== JSON.stringify(this.#settings.audio.output.voice);
    if (isOtherVoice && this.#hasSpoken) {
      const message = 'Cannot update a conversation’s voice if assistant audio is present.';
      return this.#mistake(event, 'cannot_update_voice', message);
    }
    this.#settings = updateSettings(this.#settings, update);
    this.#person.set(this.#settings);
    this.#send({ type: 'session.updated', session: this.#toWire() });
  }

  #hearTurn(turn: PersonTurnEvent): void {
    switch (turn.type) {
      case 'started':
        this.#send({ type: 'input_audio_buffer.speech_started', audio_start_ms: turn.atMs, item_id: turn.itemId });
        if (turn.interrupts) this.#response?.cancel('turn_detected');
        return;
      case 'stopped':
        this.#send({ type: 'input_audio_buffer.speech_stopped', audio_end_ms: turn.atMs, item_id: turn.itemId });
        this.#addSpeech(turn.itemId, turn.text);
        if (turn.wantsResponse && !this.#response) this.#respond({});
        return;
      case 'committed':
        return this.#addSpeech(turn.itemId, turn.text);
    }
  }

  /** What was said becomes an item; its words are told later. */
  #addSpeech(id: string, text: string): void {
    const wire: WireItem = {
      ...{ id, object: 'realtime.item', type: 'message', status: 'completed', role: 'user' },
      content: [{ type: 'input_audio', transcript: null }],
    };
    const before = this.#items.lastId;
    this.#send({ type: 'input_audio_buffer.committed', previous_item_id: before, item_id: id });
    this.#items.add({ wire, said: { by: 'person', text } }, null);
    this.#send({ type: 'conversation.item.added', previous_item_id: before, item: wire });
    this.#send({ type: 'conversation.item.done', previous_item_id: before, item: wire });
    if (this.#settings.audio.input.transcription) this.#after(transcriptionMs, () => this.#tellTranscript(id, text));
  }

  #commit(event: ClientEvent): void {
    const { bufferedMs } = this.#person;
    if (this.#person.commit()) return;
    const message = `Error committing input audio buffer: buffer too small. Expected at least 100ms of audio, but buffer only has ${bufferedMs.toFixed(2)}ms of audio.`;
    this.#mistake(event, 'input_audio_buffer_commit_empty', message);
  }

  #tellTranscript(id: string, transcript: string): void {
    const name = 'conversation.item.input_audio_transcription';
    const place = { item_id: id, content_index: 0 };
    if (transcript !== '') this.#send({ type: `${name}.delta`, ...place, delta: transcript });
    this.#send({ type: `${name}.completed`, ...place, transcript, usage: { type: 'duration', seconds: 0 } });
  }

  #create(settings: ResponseSettings, event: EventOf<'response.create'>): void {
    const active = this.#response;
    if (!active) return this.#respond(settings);
    const message = `Conversation already has an active response in progress: ${active.id}. Wait until the response is finished before creating a new one.`;
    this.#mistake(event, 'conversation_already_has_active_response', message);
  }

  #cancel(event: EventOf<'response.cancel'>): void {
    const active = this.#response;
    const isOther = event.response_id !== undefined && event.response_id !== active?.id;
    if (active && !isOther) return active.cancel('client_cancelled');
    this.#mistake(event, 'response_cancel_not_active', 'Cancellation failed: no active response found');
  }

  #respond(own: ResponseSettings): void {
    const { vendor } = this.#parts;
    const isApart = own.conversation === 'none';
    const instructions = own.instructions ?? this.#settings.instructions;
    const tools = (own.tool_choice ?? this.#settings.tool_choice) === 'none' ? [] : (own.tools ?? this.#settings.tools);
    const response = new RealtimeResponse({
      ...{ vendor, newId: this.#newId, settings: this.#settings, metadata: own.metadata },
      items: isApart ? new ConversationItems() : this.#items,
      conversationId: isApart ? null : this.#conversationId,
      talk: {
        instructions: [instructions, ...this.#items.instructions].join('\n'),
        greeting: null,
        said: this.#items.said,
        tools: tools.map(({ name }) => name),
      },
      wordsToSay: own.instructions === undefined ? null : toWordsToSay(own.instructions),
      send: (event) => {
        if (event.type === 'response.output_audio.delta') this.#hasSpoken = true;
        this.#send(event);
      },
      over: () => {
        this.#response = null;
      },
    });
    this.#response = response;
    response.begin();
  }

  #expire(): void {
    const message = 'Your session hit the maximum duration of 60 minutes.';
    this.#refuse({ code: 'session_expired', message, param: null, event_id: null });
    this.closed();
    this.#parts.socket.close(1001, message);
  }

  #tellAll(event: ClientEvent, result: ItemsResult): void {
    if ('code' in result) return this.#mistake(event, result.code, result.message);
    for (const told of result.events) this.#send(told);
  }

  #mistake(event: ClientEvent, code: string, message: string): void {
    this.#refuse({ code, message, param: null, event_id: event.event_id ?? null });
  }

  /** The session stays open. */
  #refuse(mistake: ClientMistake): void {
    this.#send({ type: 'error', error: { type: 'invalid_request_error', ...mistake } });
  }

  #toWire() {
    const settings = this.#settings;
    return { type: 'realtime', object: 'realtime.session', id: this.#id, ...settings };
  }

  #after(ms: number, work: () => void): void {
    const cancel = this.#parts.vendor.clock.startTimer(ms, () => {
      this.#timers.delete(cancel);
      work();
    });
    this.#timers.add(cancel);
  }

  #send(event: ServerEvent): void {
    if (this.#isOver) return;
    this.#parts.socket.send(JSON.stringify({ ...event, event_id: this.#newId('event') }));
  }
}
