/** The queue of what an application sent to be played: sound, with marks between, at the pace of the telephone. */
import { bytesPerMs, mulawSilence } from '../../audio/mulaw.ts';
import { frameMs } from './streamed-sound.ts';

export const frameBytes = frameMs * bytesPerMs;
/** Ten minutes; what would make the queue longer is thrown away. */
const mostQueuedBytes = 10 * 60 * 1000 * bytesPerMs;
const mostMarks = 10_000;

/** What was played in 20 ms, and the marks behind it. */
export interface PlayedFrame {
  /** A whole frame, filled up with silence; null when there was nothing to play. */
  sound: Uint8Array | null;
  /** Bytes of the application in it. */
  bytes: number;
  marks: string[];
}

type Queued = { type: 'sound'; sound: Uint8Array } | { type: 'mark'; name: string };

export class Playback {
  #queue: Queued[] = [];
  /** How much of the first sound has been played. */
  #offset = 0;
  #queuedBytes = 0;
  #marks = 0;
  /** Sound that came since the last frame begins with the next one. */
  #isPlaying = false;

  /** False when it was thrown away. */
  addSound(sound: Uint8Array): boolean {
    if (this.#queuedBytes + sound.length > mostQueuedBytes) return false;
    this.#queue.push({ type: 'sound', sound });
    this.#queuedBytes += sound.length;
    return true;
  }

  /** The mark itself when there is nothing before it, so that it is reached at once. */
  addMark(name: string): string[] {
    if (this.#queuedBytes === 0) return [name];
    // Marks beyond the bound are forgotten.
    if (this.#marks >= mostMarks) return [];
    this.#queue.push({ type: 'mark', name });
    this.#marks += 1;
    return [];
  }

  /** Throws everything away; gives back the marks in it and how much sound there was. */
  clear(): { marks: string[]; bytes: number } {
    const marks = this.#queue.flatMap((item) => (item.type === 'mark' ? [item.name] : []));
    const bytes = this.#queuedBytes;
    this.#queue = [];
    this.#offset = 0;
    this.#queuedBytes = 0;
    this.#marks = 0;
    this.#isPlaying = false;
    return { marks, bytes };
  }

  /** Moves on by one frame. */
  play(): PlayedFrame {
    const wasPlaying = this.#isPlaying;
    this.#isPlaying = this.#queuedBytes > 0;
    if (!wasPlaying || !this.#isPlaying) return { sound: null, bytes: 0, marks: [] };
    const frame = new Uint8Array(frameBytes).fill(mulawSilence);
    const marks: string[] = [];
    let bytes = 0;
    let done = 0;
    for (const item of this.#queue) {
      if (item.type === 'mark') {
        marks.push(item.name);
      } else {
        if (bytes === frameBytes) break;
        const part = item.sound.subarray(this.#offset, this.#offset + frameBytes - bytes);
        frame.set(part, bytes);
        bytes += part.length;
        this.#offset += part.length;
        if (this.#offset < item.sound.length) break;
        this.#offset = 0;
      }
      done += 1;
    }
    this.#queue.splice(0, done);
    this.#queuedBytes -= bytes;
    this.#marks -= marks.length;
    return { sound: frame, bytes, marks };
  }
}
