import fastify from 'fastify';
import { describe, expect, it } from 'vitest';
import { toWav } from '../audio/wav.ts';
import type { StoredBlob } from '../ports/blob-store.ts';
import { createMp3Answers } from './answer-mp3.ts';
import { ProblemError } from './problem.ts';

function start(file: Uint8Array, gate: Promise<void> = Promise.resolve()) {
  const app = fastify();
  app.setErrorHandler((error, _request, reply) =>
    reply.code(error instanceof ProblemError ? error.problem.status : 500).send(),
  );
  const answer = createMp3Answers();
  const heard: string[] = [];
  const blob: StoredBlob = {
    contentType: 'audio/wav',
    length: file.length,
    async read() {
      return (async function* () {
        await gate;
        yield file;
      })();
    },
  };
  app.get('/', (request, reply) =>
    answer(request, reply, { name: 'call_1', blob, heard: async () => void heard.push('x') }),
  );
  return { ask: () => app.inject({ url: '/' }), heard };
}

const wav = toWav([new Int16Array(8000), new Int16Array(8000)], 8000);

describe('an answer as MP3', () => {
  it('is whole, and noted as heard', async () => {
    const { ask, heard } = start(wav);
    const answer = await ask();
    expect([answer.statusCode, answer.headers['content-type'], answer.headers['accept-ranges']]).toEqual([
      ...[200, 'audio/mpeg', 'none'],
    ]);
    expect(answer.rawPayload.readUInt16BE(0) & 0xfffe).toBe(0xffe2);
    expect(heard).toHaveLength(1);
  });

  it('is refused where the sound cannot be read, each time', async () => {
    const { ask } = start(Buffer.from('something else entirely'));
    for (let times = 0; times < 6; times += 1) expect((await ask()).statusCode).toBe(406);
  });

  it('is made four times at once, not more, and again when these are done', async () => {
    const gate = Promise.withResolvers<void>();
    const { ask } = start(wav, gate.promise);
    const four = [ask(), ask(), ask(), ask()];
    await new Promise((resolve) => setImmediate(resolve));
    expect((await ask()).statusCode).toBe(503);
    gate.resolve();
    for (const answer of await Promise.all(four)) expect(answer.statusCode).toBe(200);
    expect((await ask()).statusCode).toBe(200);
  });
});
