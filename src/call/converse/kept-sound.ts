/** The newest sound of a call in memory of its own, so that nothing else is held for as long as it is kept. */
import { frameBytes } from '../../audio/telephone-frame.ts';

export class KeptSound {
  readonly #ring: Uint8Array;
  #addedBytes = 0;

  constructor(mostFrames: number) {
    this.#ring = new Uint8Array(mostFrames * frameBytes);
  }

  /** All that was ever added. */
  get addedBytes(): number {
    return this.#addedBytes;
  }

  add(sound: Uint8Array): void {
    const at = this.#addedBytes % this.#ring.length;
    const room = this.#ring.length - at;
    const fits = sound.length <= room;
    this.#ring.set(fits ? sound : sound.subarray(0, room), at);
    this.#addedBytes += fits ? sound.length : room;
    if (!fits) this.add(sound.subarray(room));
  }

  /** What is kept of all that was added after so many bytes: oldest first, in frames; the last may be a short one. */
  since(bytes: number): Uint8Array[] {
    const from = Math.max(bytes, this.#addedBytes - this.#ring.length, 0);
    const kept = new Uint8Array(Math.max(this.#addedBytes - from, 0));
    const begins = from % this.#ring.length;
    const older = this.#ring.subarray(begins, begins + kept.length);
    kept.set(older);
    kept.set(this.#ring.subarray(0, kept.length - older.length), older.length);
    const count = Math.ceil(kept.length / frameBytes);
    return Array.from({ length: count }, (_, index) => kept.subarray(index * frameBytes, (index + 1) * frameBytes));
  }
}
