/** A language model whose every word a test speaks; it heeds no abort, as a bad one would. */
import type { LanguageModel, ReplyPart, ReplyRequest } from '../../ports/language-model.ts';

export interface AskedReply {
  request: ReplyRequest;
  /** Each gives the part and returns once it was taken, whoever still wants it. */
  say(text: string): Promise<void>;
  callTool(name: string, argumentsJson?: string): Promise<void>;
  end(): Promise<void>;
  fail(error: unknown): Promise<void>;
}

export interface FakeModel extends LanguageModel {
  asked: AskedReply[];
  /** The newest reply that was asked for. */
  last(): AskedReply;
}

type Move = { part: ReplyPart } | { end: true } | { error: unknown };

/** Lets everything that waits for no timer and no database happen. */
export const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

function createStream() {
  const moves: Move[] = [];
  let wake: () => void = () => {};
  const push = (move: Move) => {
    moves.push(move);
    wake();
    return settled();
  };
  async function* read(): AsyncGenerator<ReplyPart> {
    for (;;) {
      const move = moves.shift();
      if (!move) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
        continue;
      }
      if ('end' in move) return;
      if ('error' in move) throw move.error;
      yield move.part;
    }
  }
  return { push, read };
}

export function createFakeModel(): FakeModel {
  const asked: AskedReply[] = [];
  return {
    name: 'fake',
    asked,
    last() {
      const newest = asked.at(-1);
      if (!newest) throw new Error('no reply was asked for');
      return newest;
    },
    reply(request) {
      const { push, read } = createStream();
      const id = `tool-${asked.length}`;
      asked.push({
        request,
        say: (text) => push({ part: { type: 'text', text } }),
        callTool: (name, argumentsJson = '{}') =>
          push({ part: { type: 'tool-call', call: { id, name, argumentsJson } } }),
        end: () => push({ end: true }),
        fail: (error) => push({ error }),
      });
      return read();
    },
  };
}
