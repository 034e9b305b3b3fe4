/** A language model that never answers, breaks off or refuses: the person hears an apology, and the call ends. */
import { afterEach, expect, it } from 'vitest';
import { type LanguageModel, LanguageModelFailed } from '../../src/ports/language-model.ts';
import { type RunningServer, startServer } from '../setup/running-server.ts';

let server: RunningServer;
afterEach(() => server.stop());

const policy = { fillerAfterMs: 100, thinkingMs: 200, playbackSlackMs: 1500 };

async function callWith(reply: LanguageModel['reply']) {
  server = await startServer({ overrides: { languageModel: { name: 'broken', reply }, policy } });
  const sid = await server.dial('+14155550102');
  return server.whenOver(sid);
}

async function* never(request: { signal: AbortSignal }) {
  await new Promise((resolve) => request.signal.addEventListener('abort', resolve));
  yield* [];
}

// biome-ignore lint/correctness/useYield: it fails before it has anything to give
async function* refused() {
  throw new LanguageModelFailed('llm/refused', 'the key is not valid', false);
}

async function* breaksOff() {
  yield { type: 'text' as const, text: 'Hello, I am ' };
  throw new LanguageModelFailed('llm/broken-stream', 'the stream broke off', true);
}

it.each([
  { name: 'never answers', reply: never },
  { name: 'refuses', reply: refused },
  { name: 'breaks off in the middle of a sentence', reply: breaksOff },
])('a model that $name', async ({ reply }) => {
  const call = await callWith(reply);
  expect(call).toMatchObject({
    status: 'completed',
    ended_reason: 'assistant_failed',
    ended_by: 'server',
    fault: 'provider',
  });
  const heard = call.turns.flatMap((turn) => (turn.speaker === 'assistant' ? [turn.heard_text] : []));
  expect(heard.at(-1)).toMatch(/technical trouble.*Goodbye/);
});
