/** A small rule-based talker for calls without a language model; it says that it is one, and never makes anything up. */
import { type Clock, waitFor } from '../../base/clock.ts';
import type { ChatMessage, LanguageModel, ReplyPart, ReplyRequest } from '../../ports/language-model.ts';
import { parseCallFacts } from './call-facts.ts';
import { decide } from './decide.ts';
import { questions } from './phrases.ts';
import { findPurpose } from './purpose.ts';
import type { ScriptedReply } from './turn.ts';

export interface ScriptedAssistantOptions {
  clock: Clock;
  /** Time between two words; default 20. */
  tokenMs?: number;
}

/** Only as much of a conversation as this is looked at. */
const maxHistory = 60;

export function createScriptedAssistant(options: ScriptedAssistantOptions): LanguageModel {
  const settled = { tokenMs: 20, ...options };
  return { name: 'scripted', reply: (request) => streamReply(settled, request) };
}

async function* streamReply(
  options: Required<ScriptedAssistantOptions>,
  request: ReplyRequest,
): AsyncGenerator<ReplyPart> {
  let isFirst = true;
  for (const part of think(request, options.clock.now())) {
    if (!isFirst && part.type === 'text') await waitFor(options.clock, options.tokenMs, request.signal);
    if (request.signal.aborted) return;
    isFirst &&= part.type !== 'text';
    yield part;
  }
}

/** Of tools only the newest counts, as long as nobody has spoken since. */
function withoutOldTools(history: ChatMessage[]): ChatMessage[] {
  const lastSpoken = history.findLastIndex(({ role }) => role === 'user');
  return history.filter((message, index) => {
    const isOfTool = message.role === 'tool' || (message.role === 'assistant' && message.toolCalls !== undefined);
    return index > lastSpoken || !isOfTool || (message.role === 'assistant' && message.content !== '');
  });
}

function think(request: ReplyRequest, nowMs: number): ReplyPart[] {
  const facts = parseCallFacts(request.messages, nowMs);
  const tools = new Set(request.tools.map(({ name }) => name));
  const history = withoutOldTools(request.messages.filter(({ role }) => role !== 'system'));
  // What it is told while it talks it cannot follow; nobody has been silent, though.
  const isToldNow = history.length > 0 && request.messages.at(-1)?.role === 'system';
  const context = { facts, purpose: findPurpose(facts, nowMs), nowMs, tools };
  const reply: ScriptedReply = isToldNow
    ? { text: questions.anythingElse }
    : decide(context, history.slice(-maxHistory));
  const call = (name: string, args: Record<string, string>): ReplyPart[] => {
    const id = `scripted-${request.messages.length}-${name}`;
    return tools.has(name) ? [{ type: 'tool-call', call: { id, name, argumentsJson: JSON.stringify(args) } }] : [];
  };
  return [
    // Before a word is said: an interruption must not undo it.
    ...(reply.stopCalls ? call('do_not_call_again', {}) : []),
    ...(reply.callBackAt ? call('schedule_call_back', { time: reply.callBackAt }) : []),
    ...(reply.text.match(/\S+\s*/gu) ?? []).map((text): ReplyPart => ({ type: 'text', text })),
    ...(reply.hangUp ? call('hang_up', { reason: reply.hangUp }) : []),
  ];
}
