/** A body that is read piece by piece, while it comes in. */
import { ProblemError } from './problem.ts';

export class ByteStream implements AsyncIterable<Uint8Array> {
  readonly #source: AsyncIterable<Uint8Array>;
  readonly #most: number;
  readonly #length: string | undefined;

  constructor(source: AsyncIterable<Uint8Array>, limits: { most: number; length: string | undefined }) {
    this.#source = source;
    this.#most = limits.most;
    this.#length = limits.length;
  }

  /** @throws ProblemError 413 */
  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    let bytes = 0;
    for await (const piece of this.#source) {
      bytes += piece.byteLength;
      if (bytes > this.#most) throw this.#tooLarge();
      yield piece;
    }
  }

  /** What a repeated request is known by: its bytes are gone by then. */
  toJSON(): unknown {
    return { length: this.#length ?? null };
  }

  #tooLarge(): ProblemError {
    const detail = `A file may have ${this.#most} bytes. The rows before that were taken; send the rest as another file.`;
    return new ProblemError({ status: 413, code: 'request/too-large', title: 'Too large', detail });
  }
}
