/** The line between a person and an application: the person speaks, presses keys and hangs up; the voice answers. */
import { type Clock, waitFor } from '../base/clock.ts';
import { note, type SaidUtterance, type SimulatedCallRecord } from './call-record.ts';
import { toSpeakingMs, Voice } from './voice.ts';

/** Whoever listens to the person for the application, for example a ConversationRelay session. */
export interface LineListener {
  speechStarted(said: SaidUtterance): void;
  speechEnded(said: SaidUtterance): void;
  keyPressed(digit: string): void;
}

const keyMs = 250;
const shortWaitMs = 500;

export interface LineParts {
  clock: Clock;
  record: SimulatedCallRecord;
  onSaid(text: string): void;
  onKey(digit: string, by: 'person' | 'app'): void;
  onHangUp(): void;
}

export class PhoneLine {
  readonly voice: Voice;
  listener: LineListener | null = null;
  #personSpeaks = false;
  readonly #parts: LineParts;

  constructor(parts: LineParts) {
    this.#parts = parts;
    this.voice = new Voice(parts.clock);
  }

  get personSpeaks(): boolean {
    return this.#personSpeaks;
  }

  /** Takes as long as speaking takes; ends early when the signal is aborted. */
  async say(text: string, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    const { clock, record } = this.#parts;
    const now = clock.now();
    const said = note(record.said, { text, startedAtMs: now, endedAtMs: now, reachedApp: false });
    this.#personSpeaks = true;
    this.#parts.onSaid(text);
    this.listener?.speechStarted(said);
    await waitFor(clock, toSpeakingMs(text), signal);
    this.#personSpeaks = false;
    said.endedAtMs = clock.now();
    if (!signal.aborted) this.listener?.speechEnded(said);
  }

  /** Presses `0-9 * #` one after another; `w` waits half a second. */
  async press(digits: string, signal: AbortSignal): Promise<void> {
    for (const digit of digits) {
      if (signal.aborted) return;
      if (digit !== 'w') {
        this.#noteKey(digit, 'person');
        this.listener?.keyPressed(digit);
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

  #noteKey(digit: string, by: 'person' | 'app'): void {
    note(this.#parts.record.keys, { digit, by, atMs: this.#parts.clock.now() });
    this.#parts.onKey(digit, by);
  }
}
