/** Keeps what was spoken lately, and what is being made, so that the same text is made once. */
import type { SpokenSound } from '../../audio/spoken-sound.ts';

const mostBytes = 16 * 1024 * 1024;
const mostSpeeches = 1000;

interface Kept {
  speech: Promise<SpokenSound | null>;
  /** 0 while it is being made. */
  bytes: number;
}

export class SpeechCache {
  /** Least lately used first. */
  readonly #kept = new Map<string, Kept>();
  #bytes = 0;

  /** The speech of this name. `make` must not reject; what it could not make, null, is tried again the next time. */
  take(name: string, make: () => Promise<SpokenSound | null>): Promise<SpokenSound | null> {
    const known = this.#kept.get(name);
    if (known) {
      this.#kept.delete(name);
      this.#kept.set(name, known);
      return known.speech;
    }
    const made: Kept = { speech: make(), bytes: 0 };
    this.#kept.set(name, made);
    void made.speech.then((speech) => {
      if (this.#kept.get(name) !== made) return;
      if (speech === null) {
        this.#kept.delete(name);
        return;
      }
      made.bytes = speech.sound.buffer.byteLength;
      this.#bytes += made.bytes;
      this.#makeRoom();
    });
    return made.speech;
  }

  #makeRoom(): void {
    for (const [name, { bytes }] of this.#kept) {
      if (this.#bytes <= mostBytes && this.#kept.size <= mostSpeeches) return;
      this.#bytes -= bytes;
      this.#kept.delete(name);
    }
  }
}
