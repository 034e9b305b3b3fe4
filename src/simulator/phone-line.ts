/** The line between a person and an application: the person speaks, presses keys and hangs up; the application answers. */
import { bytesPerMs } from '../audio/mulaw.ts';
import type { Synthesize } from '../audio/spoken-sound.ts';
import { writeWords } from '../audio/word-bits.ts';
import { type Clock, waitFor } from '../base/clock.ts';
import { note, type SaidUtterance, type SimulatedCallRecord } from './call-record.ts';
import { beep, cough, faxTone } from './media/line-sounds.ts';
import { StreamedSound } from './media/streamed-sound.ts';
import { Voice } from './voice.ts';
import { speakWithPauses } from './voices/speak-with-pauses.ts';

/** A sound that the person's end makes, from its first moment. */
export interface LineSound {
  atMs: number;
  /** μ-law, 8 kHz. */
  toMulaw(): Uint8Array;
}

/** Sounds that a machine makes. */
export type LineTone = 'beep' | 'fax';

/** Whoever listens to the person, for example a ConversationRelay session or a recording. */
export interface LineListener {
  speechStarted?(said: SaidUtterance): void;
  speechEnded?(said: SaidUtterance): void;
  keyPressed?(digit: string): void;
  toneStarted?(tone: LineTone): void;
  toneEnded?(tone: LineTone): void;
  /** Speech as sound, and sounds that are no speech. */
  soundStarted?(sound: LineSound): void;
}

const keyMs = 250;
const shortWaitMs = 500;

export interface LineParts {
  clock: Clock;
  record: SimulatedCallRecord;
  /** The person's voice. */
  synthesize: Synthesize;
  onSaid(text: string): void;
  onKey(digit: string, by: 'person' | 'app'): void;
  onHangUp(): void;
}

export class PhoneLine {
  /** The application as far as the network speaks for it. */
  readonly voice: Voice;
  /** The application as far as it sends its own sound. */
  readonly streamed = new StreamedSound();
  readonly #listeners = new Set<LineListener>();
  readonly #parts: LineParts;
  #personSpeaks = false;
  #sounding: LineSound | null = null;

  constructor(parts: LineParts) {
    this.#parts = parts;
    this.voice = new Voice(parts.clock);
  }

  get personSpeaks(): boolean {
    return this.#personSpeaks;
  }

  /** The sound that the person's end is making. */
  get sounding(): LineSound | null {
    return this.#sounding;
  }

  /** Gives back what ends the listening. */
  listen(listener: LineListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Takes as long as speaking takes; ends early when the signal is aborted. Where an `…` stands, the person thinks for
   * `pauseMs`.
   */
  async say(words: string, signal: AbortSignal, pauseMs = 0): Promise<void> {
    if (signal.aborted) return;
    const { clock, record, synthesize } = this.#parts;
    const { text, ...spoken } = await speakWithPauses({ synthesize, voice: 'person', text: words, pauseMs });
    if (signal.aborted) return;
    const { sound } = writeWords(spoken);
    const now = clock.now();
    const said = note(record.said, { text, startedAtMs: now, endedAtMs: now, reachedApp: false });
    this.#personSpeaks = true;
    this.#parts.onSaid(text);
    this.#tell('speechStarted', said);
    await this.#sound(sound, signal);
    this.#personSpeaks = false;
    said.endedAtMs = clock.now();
    if (!signal.aborted) this.#tell('speechEnded', said);
  }

  /** The tone of an answering machine. */
  async beep(signal: AbortSignal): Promise<void> {
    await this.#tone('beep', beep, signal);
  }

  /** The call of a fax machine. */
  async faxTone(signal: AbortSignal): Promise<void> {
    await this.#tone('fax', faxTone, signal);
  }

  /** Noise without words. */
  async cough(signal: AbortSignal): Promise<void> {
    await this.#sound(cough, signal);
  }

  /** A piece of what somebody who is really there says, to be heard from `atMs` on. */
  hearPiece(mulaw: Uint8Array, atMs: number): void {
    this.#tell('soundStarted', { atMs, toMulaw: () => mulaw });
  }

  /** Presses `0-9 * #` one after another; `w` waits half a second. */
  async press(digits: string, signal: AbortSignal): Promise<void> {
    for (const digit of digits) {
      if (signal.aborted) return;
      if (digit !== 'w') {
        this.#noteKey(digit, 'person');
        this.#tell('keyPressed', digit);
      }
      await waitFor(this.#parts.clock, digit === 'w' ? shortWaitMs : keyMs, signal);
    }
  }

  /** Tones that the application sends into the person's ear. */
  hearKeys(digits: string): void {
    for (const digit of digits) if (!/w/i.test(digit)) this.#noteKey(digit, 'app');
  }

  hangUp(): void {
    this.#parts.onHangUp();
  }

  async #sound(mulaw: Uint8Array, signal: AbortSignal): Promise<void> {
    const sound: LineSound = { atMs: this.#parts.clock.now(), toMulaw: () => mulaw };
    this.#sounding = sound;
    this.#tell('soundStarted', sound);
    await waitFor(this.#parts.clock, mulaw.length / bytesPerMs, signal);
    if (this.#sounding === sound) this.#sounding = null;
  }

  async #tone(tone: LineTone, mulaw: Uint8Array, signal: AbortSignal): Promise<void> {
    const { clock, record } = this.#parts;
    const now = clock.now();
    const noted = note(record.tones, { tone, startedAtMs: now, endedAtMs: now });
    this.#tell('toneStarted', tone);
    await this.#sound(mulaw, signal);
    noted.endedAtMs = clock.now();
    if (!signal.aborted) this.#tell('toneEnded', tone);
  }

  #noteKey(digit: string, by: 'person' | 'app'): void {
    note(this.#parts.record.keys, { digit, by, atMs: this.#parts.clock.now() });
    this.#parts.onKey(digit, by);
  }

  #tell<K extends keyof LineListener>(name: K, ...details: Parameters<NonNullable<LineListener[K]>>): void {
    for (const listener of [...this.#listeners]) {
      (listener[name] as ((...all: typeof details) => void) | undefined)?.apply(listener, details);
    }
  }
}
