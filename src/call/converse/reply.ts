/** Gets one reply of the assistant: streams its words, runs the tools it asks for, and says whether the call ends. */
import { CallwrightError } from '../../base/errors.ts';
import {
  type ChatMessage,
  type LanguageModel,
  LanguageModelFailed,
  type ToolCall,
} from '../../ports/language-model.ts';
import type { EndsCall } from './ledger/tool-outcome.ts';
import { findTool, runTools, type ToolParts, whatEndsTheCall } from './run-tools.ts';
import { toStorableText } from './storable-text.ts';

export interface ReplyParts extends ToolParts {
  model: LanguageModel;
}

export interface ReplyRun {
  messages: readonly ChatMessage[];
  signal: AbortSignal;
  /** Called with each piece of text as it comes. */
  onText(text: string): void;
  /** The model turns to its tools: more text will be a while. */
  onPause?(): void;
  /** Tools act on the world, so they wait until the reply is surely wanted; settles when it is, or is cancelled. */
  wanted?: Promise<void>;
}

export interface ReplyEnd {
  text: string;
  endsCall: EndsCall | null;
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
    const before = text;
    const onText = (piece: string) => {
      const spaced = text === before && isOtherSentence(before, piece) ? ` ${piece}` : piece;
      text += spaced;
      run.onText(spaced);
    };
    const spoken = await speakOneRound(parts, { ...run, messages, onText }, longestReply - text.length);
    if (spoken.toolCalls.length === 0 || run.signal.aborted) break;
    run.onPause?.();
    await run.wanted;
    if (run.signal.aborted) break;
    if (spoken.text === '') sayWhileWaiting(parts, spoken.toolCalls, onText);
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

/** The words that the author of a slow tool wrote for the wait. */
function sayWhileWaiting(parts: ToolParts, calls: readonly ToolCall[], onText: (text: string) => void): void {
  const phrases = calls.map(({ name }) => findTool(parts.tools, name)?.rules?.waitingPhrase);
  const phrase = phrases.find((candidate) => candidate !== undefined);
  if (phrase !== undefined) onText(`${phrase.trim()} `);
}

/** What is said after a tool has run stands apart from what was said before. */
const isOtherSentence = (before: string, after: string) => /\S$/.test(before) && /^\S/.test(after);

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

/** Whether asking the model again at once could help. */
export function isRetryable(error: unknown): boolean {
  return error instanceof LanguageModelFailed ? error.retryable : !(error instanceof CallwrightError);
}
