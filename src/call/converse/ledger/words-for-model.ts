/** What a model is told about a tool that was not run. */
import type { Tool } from '../../../assistant/tools/tool.ts';
import type { ToolCall } from '../../../ports/language-model.ts';
import type { Verdict } from './judge-tool-call.ts';
import type { ReadArguments } from './read-arguments.ts';

export function toWordsForModel(
  verdict: Verdict,
  { call, tool, read }: { call: ToolCall; tool: Tool | null; read: ReadArguments },
): string {
  if (verdict.type === 'ask-person') {
    const what = tool?.rules?.confirm ?? 'you may do this';
    return `Not done yet. Ask the person whether ${what}, say what exactly will be done, and wait for the answer. When they say yes, call ${call.name} again with the same arguments. When they do not, leave it.`;
  }
  if (verdict.type !== 'refuse') return '';
  switch (verdict.why) {
    case 'unknown-tool':
      return 'There is no such tool.';
    case 'bad-arguments':
      return `Not done: the arguments are wrong: ${read.problem}. Call it again with arguments that fit its schema.`;
    case 'used-up':
      return 'Not done: this tool was used in this call as often as it may be.';
    case 'declined':
      return 'Not done: the person said no.';
    default:
      return 'Not done: too many tools were asked for. Speak to the person now, without tools.';
  }
}
