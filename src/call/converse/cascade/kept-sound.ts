/** The newest sound of a call in memory of its own, so that nothing else is held for as long as it is kept. */
import { frameBytes } from '../../../audio/telephone-frame.ts';

export class KeptSound {
  readonly #ring: Uint8Array;
  /** All that was added since it was empty. */
  #addedBytes = 0;

  constructor(mostFrames: number) {
    this.#ring = new Uint8Array(mostFrames * frameBytes);
  }

  add(sound: Uint8Array): void {
    for (let from = 0; from < sound.length; ) {
      const at = this.#addedBytes % this.#ring.length;
      const part = sound.subarray(from, from + this.#ring.length - at);
      this.#ring.set(part, at);
      this.#addedBytes += part.length;
      from += part.length;
    }
  }

  clear(): void {
    this.#addedBytes = 0;
  }

  /** What is kept, oldest first, in frames; the last may be a short one. */
  frames(): Uint8Array[] {
    const begins = this.#addedBytes > this.#ring.length ? this.#addedBytes % this.#ring.length : 0;
    const kept = Buffer.concat([
      this.#ring.subarray(begins, Math.min(this.#addedBytes, this.#ring.length)),
      this.#ring.subarray(0, begins),
    ]);
    const count = Math.ceil(kept.length / frameBytes);
    return Array.from({ length: count }, (_, index) => kept.subarray(index * frameBytes, (index + 1) * frameBytes));
  }
}
