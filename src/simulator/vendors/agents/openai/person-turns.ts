/** The person's side of a Realtime session: sound in, and turns by silence or by the client's commit. */
import { createPersonEar, type PersonEarEvent } from '../person-ear.ts';
import type { NewVendorId } from '../vendor-ids.ts';
import { fromWire, type WireFormat } from '../wire-sound.ts';
import { type SessionSettings, toSilenceMs, toWireFormat } from './session-settings.ts';

/** Times are milliseconds of all sound that the session was sent. */
export type PersonTurnEvent =
  | { type: 'started'; itemId: string; atMs: number; interrupts: boolean }
  | { type: 'stopped'; itemId: string; atMs: number; text: string; wantsResponse: boolean }
  | { type: 'committed'; itemId: string; text: string };

const leastCommitMs = 100;

export class PersonTurns {
  readonly #newId: NewVendorId;
  readonly #on: (event: PersonTurnEvent) => void;
  readonly #ear = createPersonEar(null, (event) => this.#hear(event));
  #detection: SessionSettings['audio']['input']['turn_detection'] = null;
  #format: WireFormat = 'mulaw';
  /** Id of the item that the speech going on will become. */
  #itemId: string;
  /** Sound heard when the buffer was last emptied. */
  #emptiedAtMs = 0;

  constructor(settings: SessionSettings, newId: NewVendorId, on: (event: PersonTurnEvent) => void) {
    this.#newId = newId;
    this.#on = on;
    this.#itemId = newId('item');
    this.set(settings);
  }

  /** How much sound waits to be committed. */
  get bufferedMs(): number {
    return this.#ear.heardMs - this.#emptiedAtMs;
  }

  set(settings: SessionSettings): void {
    this.#detection = settings.audio.input.turn_detection;
    this.#format = toWireFormat(settings.audio.input.format);
    this.#ear.endAfter(toSilenceMs(settings));
  }

  hear(wire: Uint8Array): void {
    this.#ear.hear(fromWire(wire, this.#format));
  }

  clear(): void {
    this.#ear.take();
    this.#emptiedAtMs = this.#ear.heardMs;
  }

  /** False when there is too little sound. */
  commit(): boolean {
    if (this.bufferedMs < leastCommitMs) return false;
    this.#on({ type: 'committed', text: this.#ear.take(), itemId: this.#nextItem() });
    return true;
  }

  #hear(event: PersonEarEvent): void {
    const detection = this.#detection;
    if (event.type === 'word' || detection === null) return;
    if (event.type === 'speech-started') {
      const paddingMs = detection.type === 'server_vad' ? detection.prefix_padding_ms : 0;
      const atMs = Math.max(0, event.atMs - paddingMs);
      return this.#on({ type: 'started', itemId: this.#itemId, atMs, interrupts: detection.interrupt_response });
    }
    const { atMs, text } = event;
    const itemId = this.#nextItem();
    this.#on({ type: 'stopped', itemId, atMs, text, wantsResponse: detection.create_response });
  }

  /** Ends this one. */
  #nextItem(): string {
    const ended = this.#itemId;
    this.#itemId = this.#newId('item');
    this.#emptiedAtMs = this.#ear.heardMs;
    return ended;
  }
}
