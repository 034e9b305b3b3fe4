/** Sound cut into frames of the telephone: what was sent may be sent again until it is forgotten. */
import { frameBytes } from '../../../audio/telephone-frame.ts';

export class SoundQueue {
  /** Where `#frames` begin; all positions are bytes since the first sound. */
  #keptBytes = 0;
  #sentBytes = 0;
  /** The sent ones first. */
  #frames: Uint8Array[] = [];
  #sentFrames = 0;
  /** The beginning of a frame that waits for its rest. */
  #rest: Uint8Array = new Uint8Array(0);

  get sentBytes(): number {
    return this.#sentBytes;
  }

  get keptBytes(): number {
    return this.#keptBytes;
  }

  get unsentFrames(): number {
    return this.#frames.length - this.#sentFrames;
  }

  add(sound: Uint8Array): void {
    let from = 0;
    if (this.#rest.length > 0) {
      from = Math.min(frameBytes - this.#rest.length, sound.length);
      const joined = Buffer.concat([this.#rest, sound.subarray(0, from)]);
      if (joined.length < frameBytes) {
        this.#rest = joined;
        return;
      }
      this.#frames.push(joined);
    }
    for (; from + frameBytes <= sound.length; from += frameBytes)
      this.#frames.push(sound.subarray(from, from + frameBytes));
    this.#rest = sound.subarray(from);
  }

  /** No more comes: the last frame may be a short one. */
  end(): void {
    if (this.#rest.length > 0) this.#frames.push(this.#rest);
    this.#rest = new Uint8Array(0);
  }

  /** The next frame to send; null when there is none for now. */
  next(): Uint8Array | null {
    const frame = this.#frames[this.#sentFrames];
    if (!frame) return null;
    this.#sentFrames += 1;
    this.#sentBytes += frame.length;
    return frame;
  }

  /** Whole frames before this position that were sent are never sent again. */
  forgetUpTo(bytes: number): void {
    let count = 0;
    for (const frame of this.#frames) {
      if (count === this.#sentFrames || this.#keptBytes + frame.length > bytes) break;
      this.#keptBytes += frame.length;
      count += 1;
    }
    this.#frames.splice(0, count);
    this.#sentFrames -= count;
  }

  /** What is not forgotten is sent again. */
  rewind(): void {
    this.#sentFrames = 0;
    this.#sentBytes = this.#keptBytes;
  }
}
