/** A streamed chat completion as the parts of a reply; over only when the model said that it is done. */
import type { ReplyPart } from '../../ports/language-model.ts';
import { LanguageModelFailed } from '../../ports/language-model.ts';
import { toStreamFailure } from './failures.ts';
import { createToolCallJoiner } from './join-tool-calls.ts';
import { readEvents } from './read-events.ts';
import type { Watchdog } from './watchdog.ts';
import { type Chunk, chunkSchema } from './wire.ts';

/** Once the model is done, the token count and the end of the answer may take this long; without them it is over too. */
const closingMs = 300;

export interface ReplySource {
  body: AsyncIterable<Uint8Array>;
  watchdog: Watchdog;
  betweenTokensMs: number;
  apiKey: string;
  /** Hears of each event that made no sense and was left out. */
  onBadEvent: () => void;
}

/** @throws LanguageModelFailed `llm/broken-stream`, or `llm/refused` when a content filter withheld all of it */
export async function* readReply(source: ReplySource): AsyncGenerator<ReplyPart> {
  const reader = createChunkReader(source.apiKey);
  try {
    for await (const data of readEvents(source.body)) {
      if (data === '[DONE]') {
        source.watchdog.expect('end of its answer', closingMs);
        continue;
      }
      const chunk = parseChunk(data);
      if (!chunk) {
        source.onBadEvent();
        continue;
      }
      const { parts, progress } = reader.read(chunk);
      if (progress) source.watchdog.pause();
      yield* parts;
      if (progress) source.watchdog.expect('further token', reader.finished ? closingMs : source.betweenTokensMs);
    }
  } catch (error) {
    if (!reader.finished) throw error;
  }
  if (!reader.finished) {
    throw new LanguageModelFailed('llm/broken-stream', 'The language model stopped before it was done.', true);
  }
}

function parseChunk(data: string): Chunk | null {
  try {
    return chunkSchema.parse(JSON.parse(data));
  } catch {
    return null;
  }
}

interface ChunkReader {
  /** Whether the model said that it is done. */
  readonly finished: boolean;
  /** `progress` tells a chunk of the reply from one that only keeps the connection alive. */
  read(chunk: Chunk): { parts: ReplyPart[]; progress: boolean };
}

function createChunkReader(apiKey: string): ChunkReader {
  const toolCalls = createToolCallJoiner();
  let finished = false;
  let begun = false;
  const finish = (reason: string, replyId: string): ReplyPart[] => {
    if (reason === 'content_filter' && !begun) {
      throw new LanguageModelFailed('llm/refused', 'The language model withheld its reply (content filter).', false);
    }
    finished = true;
    return toolCalls.finish(replyId).map((call) => ({ type: 'tool-call', call }));
  };
  return {
    get finished() {
      return finished;
    },
    read(chunk) {
      if (chunk.error !== undefined && chunk.error !== null) throw toStreamFailure(chunk.error, apiKey);
      const parts: ReplyPart[] = [];
      const choice = finished ? undefined : chunk.choices?.[0];
      const text = choice?.delta?.content || choice?.delta?.refusal;
      if (text) parts.push({ type: 'text', text });
      const fragments = choice?.delta?.tool_calls ?? [];
      for (const fragment of fragments) toolCalls.add(fragment);
      begun ||= parts.length > 0 || fragments.length > 0;
      if (choice?.finish_reason) parts.push(...finish(choice.finish_reason, chunk.id ?? 'reply'));
      if (chunk.usage) {
        const { prompt_tokens: inputTokens, completion_tokens: outputTokens } = chunk.usage;
        parts.push({ type: 'usage', inputTokens, outputTokens });
      }
      const progress = parts.length > 0 || fragments.length > 0 || Boolean(choice?.finish_reason);
      return { parts, progress };
    },
  };
}
