/** What to say when a tool has answered and the word is ours again. */
import type { ChatMessage, ToolCall } from '../../../ports/language-model.ts';
import { toSpeakableTime } from '../../../text/speakable-time.ts';
import { questions } from '../phrases.ts';
import type { CallContext, ScriptedReply } from '../turn.ts';

export function afterTool(context: CallContext, history: readonly ChatMessage[]): ScriptedReply {
  const asked = history.findLast((message) => message.role === 'assistant' && message.toolCalls !== undefined);
  const calls: ToolCall[] = asked?.role === 'assistant' ? (asked.toolCalls ?? []) : [];
  const result = history.at(-1);
  const answered = calls.find(({ id }) => result?.role === 'tool' && result.toolCallId === id);
  if (answered?.name === 'schedule_call_back') return afterCallBack(result?.content ?? '');
  if (answered?.name !== 'do_not_call_again') {
    return calls.some(({ name }) => name === 'hang_up')
      ? { text: 'Goodbye.', hangUp: 'goodbye' }
      : { text: questions.anythingElse };
  }
  const failed = /"?(error|failed)"?\s*:/iu.test(result?.content ?? '');
  const text = failed
    ? "I couldn't store that, but your wish is in this call's record. Goodbye."
    : 'You will not be called again. Goodbye.';
  return context.tools.has('hang_up') ? { text, hangUp: 'do not call again' } : { text };
}

/** The tool says when, as a clock shows it. */
function afterCallBack(content: string): ScriptedReply {
  if (!content.startsWith('Scheduled')) return { text: `I can't call you then. ${questions.callBackAt}` };
  const [, clock = ''] = / at (\d\d:\d\d)/u.exec(content) ?? [];
  const at = toSpeakableTime(clock);
  return { text: `All right, I will call you back${at === null ? '' : ` at ${at}`}. Goodbye.`, hangUp: 'call back' };
}
