/** Gets one reply of the assistant: streams its words, runs the tools it asks for, and says whether the call ends. */

import type { Tool, ToolContext } from '../../assistant/tools/tool.ts';
import { CallwrightError, messageOf } from '../../base/errors.ts';
import {
  type ChatMessage,
  type LanguageModel,
  LanguageModelFailed,
  type ToolCall,
} from '../../ports/language-model.ts';
import { toStorableText } from './storable-text.ts';

export interface ReplyParts {
  model: LanguageModel;
  tools: readonly Tool[];
  context: ToolContext;
}

export interface ReplyRun {
  messages: readonly ChatMessage[];
  signal: AbortSignal;
  /** Called with each piece of text as it comes. */
  onText(text: string): void;
}

export interface ReplyEnd {
  text: string;
  endsCall: { reason: 'assistant_hung_up' | 'asked_not_to_be_called' } | null;
}

/** A reply longer than this is a model that lost its way: about two minutes of speech. */
const longestReply = 2000;
/** How often a model may use tools before it has to speak. */
const mostRounds = 4;

/** @throws LanguageModelFailed when the model fails; what comes of a reply that was aborted means nothing */
export async function getReply(parts: ReplyParts, run: ReplyRun): Promise<ReplyEnd> {
  let messages = [...run.messages];
  let text = '';
  let endsCall: ReplyEnd['endsCall'] = null;
  for (let round = 0; round < mostRounds && text.length < longestReply; round += 1) {
    const spoken = await speakOneRound(parts, { ...run, messages }, longestReply - text.length);
    text += spoken.text;
    if (spoken.toolCalls.length === 0 || run.signal.aborted) break;
    const results = await runTools(parts, spoken.toolCalls);
    if (run.signal.aborted) break;
    endsCall = whatEndsTheCall(results);
    if (endsCall) break;
    messages = [
      ...messages,
      { role: 'assistant', content: spoken.text, toolCalls: spoken.toolCalls },
      ...results.map(({ id, content }): ChatMessage => ({ role: 'tool', toolCallId: id, content })),
    ];
  }
  return { text, endsCall };
}

async function speakOneRound(parts: ReplyParts, run: ReplyRun, room: number) {
  const toolCalls: ToolCall[] = [];
  let text = '';
  const tools = parts.tools.map((tool) => tool.definition);
  for await (const part of parts.model.reply({ messages: run.messages, tools, signal: run.signal })) {
    if (run.signal.aborted) break;
    if (part.type === 'tool-call') toolCalls.push(part.call);
    if (part.type !== 'text') continue;
    const piece = toStorableText(part.text.slice(0, room - text.length));
    if (piece === '') continue;
    text += piece;
    run.onText(piece);
    if (text.length >= room) break;
  }
  return { text, toolCalls };
}

interface ToolOutcome {
  id: string;
  content: string;
  endsCall: ReplyEnd['endsCall'];
  failed: boolean;
}

/** The call does not end over a failed tool: what the assistant has just promised must be put right first. */
function whatEndsTheCall(results: readonly ToolOutcome[]): ReplyEnd['endsCall'] {
  if (results.some((result) => result.failed)) return null;
  return results.find((result) => result.endsCall !== null)?.endsCall ?? null;
}

async function runTools(parts: ReplyParts, calls: ToolCall[]): Promise<ToolOutcome[]> {
  const results: ToolOutcome[] = [];
  for (const call of calls) {
    const tool = parts.tools.find((candidate) => candidate.definition.name === call.name);
    if (!tool) {
      results.push({ id: call.id, content: 'There is no such tool.', endsCall: null, failed: true });
      continue;
    }
    try {
      const result = await tool.run(parts.context, call.argumentsJson);
      results.push({ id: call.id, ...result, failed: false });
    } catch (error) {
      results.push({ id: call.id, content: `The tool failed: ${messageOf(error)}`, endsCall: null, failed: true });
    }
  }
  return results;
}

/** Whether asking the model again at once could help. */
export function isRetryable(error: unknown): boolean {
  return error instanceof LanguageModelFailed ? error.retryable : !(error instanceof CallwrightError);
}
