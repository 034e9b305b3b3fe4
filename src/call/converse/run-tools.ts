/** Runs the tools that a reply asks for, with the server's own word on whose call it is. */
import type { Tool, ToolContext } from '../../assistant/tools/tool.ts';
import type { ToolCall } from '../../ports/language-model.ts';
import { whileAwaited } from '../../store/urgency.ts';
import type { ToolLedger } from './ledger/tool-ledger.ts';
import type { EndsCall, ToolOutcome } from './ledger/tool-outcome.ts';

export interface ToolParts {
  tools: readonly Tool[];
  context: ToolContext;
  ledger: ToolLedger;
}

export const findTool = (tools: readonly Tool[], name: string): Tool | null =>
  tools.find(({ definition }) => definition.name === name) ?? null;

/** One tool, for which the person on the line waits; never rejects. */
export function runTool({ tools, context, ledger }: ToolParts, call: ToolCall): Promise<ToolOutcome> {
  return whileAwaited('carrier', () => ledger.run(findTool(tools, call.name), call, context));
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
