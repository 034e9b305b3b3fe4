/** Answers with sound as MP3, made while it is sent: its length is not known, and no part of it can be asked for. */
import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { toMp3 } from '../audio/mp3.ts';
import { CallwrightError } from '../base/errors.ts';
import type { StoredBlob } from '../ports/blob-store.ts';
import { ProblemError } from './problem.ts';

interface Mp3Answer {
  /** Of the file, without its ending. */
  name: string;
  /** A WAV file. */
  blob: StoredBlob;
  /** Called before the first byte is sent. */
  heard(): Promise<void>;
}

/** Each of them has a memory of its own, and takes its share of the processor. */
const mostAtOnce = 4;

export function createMp3Answers() {
  let underWay = 0;
  return async (request: FastifyRequest, reply: FastifyReply, { name, blob, heard }: Mp3Answer) => {
    if (underWay >= mostAtOnce) throw tooMany(reply);
    reply
      .header('content-type', 'audio/mpeg')
      .header('content-disposition', `attachment; filename="${name}.mp3"`)
      .header('accept-ranges', 'none')
      .header('cache-control', 'no-store');
    if (request.method === 'HEAD') return reply.send();
    underWay += 1;
    const done = () => {
      underWay -= 1;
    };
    try {
      await heard();
      const body = await begin(toMp3(await blob.read()));
      return reply.send(Readable.from(body, { objectMode: false }).once('close', done));
    } catch (error) {
      done();
      throw error;
    }
  };
}

/** What cannot be read shows before anything is sent. @throws ProblemError 406 */
async function begin(mp3: AsyncGenerator<Uint8Array>): Promise<AsyncIterable<Uint8Array>> {
  const first = await mp3.next().catch((error: unknown) => {
    if (!(error instanceof CallwrightError) || error.code !== 'audio/not-wav') throw error;
    const detail = 'The recording is kept in a form that cannot be turned into another.';
    throw new ProblemError({ status: 406, code: 'recording/form', title: 'Not in this form', detail });
  });
  return (async function* () {
    if (!first.done) yield first.value;
    yield* mp3;
  })();
}

function tooMany(reply: FastifyReply): ProblemError {
  reply.header('retry-after', '10');
  const detail = 'Too many recordings are being turned into MP3. Try again soon, or take it as it is kept.';
  return new ProblemError({ status: 503, code: 'recording/busy', title: 'Busy', detail });
}
