/** Runs the tools that an assistant asks for, with the server's own word on whose call it is. */
import type { Tool, ToolContext } from '../../assistant/tools/tool.ts';
import { messageOf } from '../../base/errors.ts';
import type { ToolCall } from '../../ports/language-model.ts';

export interface ToolParts {
  tools: readonly Tool[];
  context: ToolContext;
}

export interface ToolOutcome {
  id: string;
  /** What the assistant is told. */
  content: string;
  endsCall: EndsCall | null;
  failed: boolean;
}

export interface EndsCall {
  reason: 'assistant_hung_up' | 'asked_not_to_be_called';
}

/** One tool; never rejects. */
export async function runTool({ tools, context }: ToolParts, call: ToolCall): Promise<ToolOutcome> {
  const { id } = call;
  const tool = tools.find((candidate) => candidate.definition.name === call.name);
  if (!tool) return { id, content: 'There is no such tool.', endsCall: null, failed: true };
  try {
    return { id, ...(await tool.run(context, call.argumentsJson)), failed: false };
  } catch (error) {
    return { id, content: `The tool failed: ${messageOf(error)}`, endsCall: null, failed: true };
  }
}

/** One after another. */
export async function runTools(parts: ToolParts, calls: readonly ToolCall[]): Promise<ToolOutcome[]> {
  const outcomes: ToolOutcome[] = [];
  for (const call of calls) outcomes.push(await runTool(parts, call));
  return outcomes;
}

/** The call does not end over a failed tool: what the assistant has just promised must be put right first. */
export function whatEndsTheCall(outcomes: readonly ToolOutcome[]): EndsCall | null {
  if (outcomes.some((outcome) => outcome.failed)) return null;
  return outcomes.find((outcome) => outcome.endsCall !== null)?.endsCall ?? null;
}
