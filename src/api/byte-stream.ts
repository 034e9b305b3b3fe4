/** A body that is read piece by piece, while it comes in. */
import { createHash } from 'node:crypto';
import { ProblemError } from './problem.ts';

export class ByteStream implements AsyncIterable<Uint8Array> {
  readonly #source: AsyncIterable<Uint8Array>;
  readonly #most: number;
  readonly #length: string | undefined;
  readonly #hash = createHash('sha256');
  readonly #pieces: AsyncIterator<Uint8Array>;
  #bytes = 0;

  constructor(source: AsyncIterable<Uint8Array>, limits: { most: number; length: string | undefined }) {
    this.#source = source;
    this.#most = limits.most;
    this.#length = limits.length;
    this.#pieces = this.#source[Symbol.asyncIterator]();
  }

  /** @throws ProblemError 413 */
  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    for (let next = await this.#pieces.next(); !next.done; next = await this.#pieces.next()) {
      const left = this.#most - this.#bytes;
      if (left >= 0) this.#hash.update(next.value.subarray(0, left));
      this.#bytes += next.value.byteLength;
      if (this.#bytes > this.#most) throw this.#tooLarge();
      yield next.value;
    }
  }

  /**
   * What the whole body is known by: reads what nobody has read, and may be asked once. Of a body that is too large, it
   * is the beginning.
   */
  async digest(): Promise<string> {
    try {
      for await (const _ of this);
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
    }
    return this.#hash.digest('hex');
  }

  /** What a request is known by before its body is read. */
  toJSON(): unknown {
    return { length: this.#length ?? null };
  }

  #tooLarge(): ProblemError {
    const detail = `A file may have ${this.#most} bytes. The rows before that were taken; send the rest as another file.`;
    return new ProblemError({ status: 413, code: 'request/too-large', title: 'Too large', detail });
  }
}
