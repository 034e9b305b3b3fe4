/** One recording of a call: runs beside it, is processed when it ends, and tells the application. */
import { decodeMulaw, telephoneHz } from '../../audio/mulaw.ts';
import { mixSamples, toWav } from '../../audio/wav.ts';
import { waitFor } from '../../base/clock.ts';
import { note, type RecordingLog } from '../call-record.ts';
import type { RecordingMediaFault } from '../faults.ts';
import type { LiveCall } from '../live-call.ts';
import { announceRecording } from './announce-recording.ts';
import type { RecordingOrder } from './recording-order.ts';
import { Tape, toSilence } from './tape.ts';

/** From the end of the recording to its file. */
const processingMs = 2000;
/** A shorter one counts as none. */
const leastMs = 500;

interface Pause {
  fromMs: number;
  untilMs: number | null;
  /** `skip` leaves the time out, `silence` keeps it. */
  behavior: 'skip' | 'silence';
}

export class CallRecording {
  readonly callSid: string;
  readonly log: RecordingLog;
  readonly #call: LiveCall;
  readonly #order: RecordingOrder;
  readonly #pauses: Pause[] = [];
  readonly #mediaFault: RecordingMediaFault;
  #mediaFaults = 0;
  #tape: Tape | null;

  constructor(call: LiveCall, { sid, order }: { sid: string; order: RecordingOrder }) {
    const { clock, faults } = call.network;
    const now = clock.now();
    const { source, track, channels } = order;
    this.callSid = call.record.sid;
    this.#call = call;
    this.#order = order;
    this.#tape = new Tape(call.line, call.network.synthesize);
    this.#mediaFault = faults().nextForRecordingMedia();
    this.log = note(call.record.recordings, {
      ...{ sid, status: 'in-progress', source, track, channels },
      ...{ startedAtMs: now, updatedAtMs: now, endedAtMs: null, durationSeconds: null },
    });
    void this.#announce('in-progress');
    call.overSignal.addEventListener('abort', () => this.stop(), { once: true });
  }

  get isRunning(): boolean {
    return this.log.endedAtMs === null;
  }

  /** Bytes that are only here. */
  get keptBytes(): number {
    return this.#tape?.keptBytes ?? 0;
  }

  pause(behavior: Pause['behavior']): void {
    if (this.log.status !== 'in-progress') return;
    this.#pauses.push({ fromMs: this.#touch(), untilMs: null, behavior });
    this.log.status = 'paused';
  }

  resume(): void {
    if (this.log.status !== 'paused') return;
    this.#endPause(this.#touch());
    this.log.status = 'in-progress';
  }

  /** Ends it; one that has ended stays as it is. */
  stop(): void {
    if (!this.isRunning) return;
    const now = this.#touch();
    this.#endPause(now);
    this.#tape?.stop();
    this.log.endedAtMs = now;
    this.log.status = 'processing';
    void this.#process();
  }

  /** Ends it without a word, and nothing is left of its sound. */
  forgetSound(): void {
    this.#tape?.stop();
    this.#tape = null;
    this.log.endedAtMs ??= this.#call.network.clock.now();
  }

  /** What befalls the one who fetches the file now. */
  nextMediaFault(): RecordingMediaFault {
    if (this.log.status !== 'completed' || this.#mediaFault.type === 'none') return { type: 'none' };
    this.#mediaFaults += 1;
    return this.#mediaFaults <= this.#mediaFault.times ? this.#mediaFault : { type: 'none' };
  }

  /** A WAV file; null as long as there is none, and when there is none any more. */
  toFile(): Uint8Array | null {
    const tape = this.#tape;
    if (this.log.status !== 'completed' || !tape) return null;
    const person = decodeMulaw(this.#cut(tape, 'person'));
    const application = decodeMulaw(this.#cut(tape, 'application'));
    const { channels } = this.#order;
    return toWav(channels === 2 ? [person, application] : [mixSamples([person, application])], telephoneHz);
  }

  async #process(): Promise<void> {
    const { clock, signal } = this.#call.network;
    await waitFor(clock, processingMs, signal);
    if (signal.aborted || !this.#tape) return;
    this.#touch();
    const lengthMs = this.#stretches().reduce((sum, { fromMs, untilMs }) => sum + untilMs - fromMs, 0);
    const isThere = lengthMs >= leastMs;
    this.log.durationSeconds = isThere ? Math.max(1, Math.round(lengthMs / 1000)) : 0;
    this.log.status = isThere ? 'completed' : 'absent';
    await this.#announce(this.log.status);
  }

  async #announce(event: 'in-progress' | 'completed' | 'absent'): Promise<void> {
    const { callback } = this.#order;
    if (callback?.events.includes(event)) await announceRecording(this.#call, { callback, event, log: this.log });
  }

  #touch(): number {
    const now = this.#call.network.clock.now();
    this.log.updatedAtMs = now;
    return now;
  }

  #endPause(atMs: number): void {
    const pause = this.#pauses.at(-1);
    if (pause) pause.untilMs ??= atMs;
  }

  /** The times that make up the file, one after another. */
  #stretches(): { fromMs: number; untilMs: number; isSilent: boolean }[] {
    const endedAtMs = this.log.endedAtMs ?? this.log.startedAtMs;
    const stretches: { fromMs: number; untilMs: number; isSilent: boolean }[] = [];
    let fromMs = this.log.startedAtMs;
    for (const pause of this.#pauses) {
      const untilMs = pause.untilMs ?? endedAtMs;
      stretches.push({ fromMs, untilMs: pause.fromMs, isSilent: false });
      if (pause.behavior === 'silence') stretches.push({ fromMs: pause.fromMs, untilMs, isSilent: true });
      fromMs = untilMs;
    }
    return [...stretches, { fromMs, untilMs: endedAtMs, isSilent: false }];
  }

  #cut(tape: Tape, side: 'person' | 'application'): Uint8Array {
    const { track } = this.#order;
    const isWanted = track === 'both' || (track === 'inbound') === (side === 'person');
    const pieces = this.#stretches().map(({ fromMs, untilMs, isSilent }) =>
      isSilent || !isWanted ? toSilence(untilMs - fromMs) : tape.play(side, fromMs, untilMs),
    );
    return Buffer.concat(pieces);
  }
}
