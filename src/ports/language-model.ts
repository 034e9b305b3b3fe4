/** What we ask of a language model: the next words of the assistant, as they come. */
import { CallwrightError } from '../base/errors.ts';

export type ChatMessage =
  | { role: 'system'; content: string }
  | { role: 'user'; content: string }
  | { role: 'assistant'; content: string; toolCalls?: ToolCall[] }
  | { role: 'tool'; toolCallId: string; content: string };

export interface ToolCall {
  id: string;
  name: string;
  /** JSON text exactly as the model wrote it; not trusted, not yet parsed. */
  argumentsJson: string;
}

export interface ToolDefinition {
  name: string;
  description: string;
  /** JSON Schema of the arguments. */
  parameters: Record<string, unknown>;
}

export interface ReplyRequest {
  messages: readonly ChatMessage[];
  tools: readonly ToolDefinition[];
  /** Aborting ends the stream at once and frees everything behind it. */
  signal: AbortSignal;
}

export type ReplyPart =
  | { type: 'text'; text: string }
  | { type: 'tool-call'; call: ToolCall }
  | { type: 'usage'; inputTokens: number; outputTokens: number };

export interface LanguageModel {
  name: string;
  /**
   * Streams one reply; ends normally only when the model said that it was done, or quietly once `signal` is aborted.
   * @throws LanguageModelFailed when it is refused, stalls or breaks off
   */
  reply(request: ReplyRequest): AsyncIterable<ReplyPart>;
}

export class LanguageModelFailed extends CallwrightError {
  /** Whether asking again at once could help. */
  readonly retryable: boolean;
  constructor(
    code: 'llm/refused' | 'llm/unavailable' | 'llm/timeout' | 'llm/broken-stream',
    message: string,
    retryable: boolean,
  ) {
    super(code, message);
    this.retryable = retryable;
  }
}
