/** All recordings of a phone network, by their SID. */
import type { Random } from '../../base/random.ts';
import type { LiveCall } from '../live-call.ts';
import { newSid } from '../wire-values.ts';
import { CallRecording } from './call-recording.ts';
import type { RecordingOrder } from './recording-order.ts';

const mostKept = 10_000;
/** Beyond this the oldest recordings lose their sound. */
const mostSoundBytes = 256 * 1024 * 1024;

export class RecordingShelf {
  readonly #random: Random;
  readonly #recordings = new Map<string, CallRecording>();

  constructor(random: Random) {
    this.#random = random;
  }

  start(call: LiveCall, order: RecordingOrder): CallRecording {
    this.#makeRoom();
    const recording = new CallRecording(call, { sid: newSid('RE', this.#random), order });
    this.#recordings.set(recording.log.sid, recording);
    return recording;
  }

  find(sid: string): CallRecording | undefined {
    return this.#recordings.get(sid);
  }

  /** The newest one of a call that still runs. */
  findRunning(callSid: string): CallRecording | undefined {
    return this.all().findLast((recording) => recording.callSid === callSid && recording.isRunning);
  }

  /** Oldest first. */
  all(): CallRecording[] {
    return [...this.#recordings.values()];
  }

  delete(sid: string): void {
    this.#recordings.get(sid)?.forgetSound();
    this.#recordings.delete(sid);
  }

  #makeRoom(): void {
    const ended = this.all().filter(({ isRunning }) => !isRunning);
    let bytes = ended.reduce((sum, { keptBytes }) => sum + keptBytes, 0);
    for (const recording of ended) {
      if (bytes <= mostSoundBytes && this.#recordings.size < mostKept) break;
      bytes -= recording.keptBytes;
      recording.forgetSound();
      if (this.#recordings.size >= mostKept) this.#recordings.delete(recording.log.sid);
    }
  }
}
