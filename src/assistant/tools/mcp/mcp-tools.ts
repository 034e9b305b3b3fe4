/** The tools of an MCP server that its author allowed, as tools of an assistant: their names prefixed, bounded, checked. */
import { messageOf } from '../../../base/errors.ts';
import type { Logger } from '../../../base/log.ts';
import type { McpToolSetting } from '../../tool-settings.ts';
import { type BoundValues, renderBound } from '../http-tool.ts';
import type { Tool } from '../tool.ts';
import type { McpCatalogue } from './mcp-catalogue.ts';
import { type ListedTool, toWords } from './mcp-messages.ts';
import type { McpSession } from './mcp-session.ts';
import { toParameters } from './to-parameters.ts';

const longestDescription = 1000;
const longestName = 64;
const longestAnswer = 5000;

export interface OpenedMcp {
  tools: Tool[];
  /** Ends the session, where one was begun. */
  close(): Promise<void>;
}

/** @param about whose secret is sent, and what templates may name */
export async function openMcpTools(
  parts: { catalogue: McpCatalogue; log: Logger },
  setting: McpToolSetting,
  about: { secret: string | null; values: BoundValues },
): Promise<OpenedMcp> {
  const server = { url: setting.url, secret: about.secret };
  const listed = await parts.catalogue.listTools(server).catch((error: unknown) => {
    // The call goes on with what else it has.
    parts.log.warn({ server: setting.name, reason: messageOf(error) }, 'the tools of an MCP server cannot be had');
    return [];
  });
  const session = parts.catalogue.openSession(server);
  const allowed = setting.tools.flatMap((name) => listed.find((tool) => tool.name === name) ?? []);
  const tools = allowed.flatMap((tool) => toTool(tool, setting, { session, values: about.values }) ?? []);
  return { tools, close: () => session.close() };
}

function toTool(
  listed: ListedTool,
  setting: McpToolSetting,
  { session, values }: { session: McpSession; values: BoundValues },
): Tool | null {
  const { bound, timeout_ms: timeoutMs, waiting_phrase: waitingPhrase } = setting;
  const parameters = toParameters(listed.inputSchema, Object.keys(bound));
  if (!parameters) return null;
  const description = (listed.description ?? listed.name).slice(0, longestDescription).toWellFormed();
  return {
    definition: { name: toToolName(setting.name, listed.name), description, parameters },
    rules: {
      ...{ timeoutMs, mostPerCall: setting.most_per_call, actsOnWorld: true },
      ...(waitingPhrase === null ? {} : { waitingPhrase }),
    },
    async run({ callId, signal }, chosen) {
      const call = { name: listed.name, callId, values: { ...chosen, ...renderBound(bound, values) } };
      const result = await session.callTool(call, { limitMs: timeoutMs, signal });
      const words = toWords(result);
      const told = words.length > longestAnswer ? `${words.slice(0, longestAnswer).toWellFormed()} … (cut)` : words;
      if (result.isError) return { content: `Not done. ${told}`.trim(), endsCall: null, failed: true };
      return { content: told === '' ? 'Done; the service said nothing more.' : told, endsCall: null };
    },
  };
}

/** Models take letters, digits, _ and - in the names of tools, 64 at most. */
export const toToolName = (server: string, tool: string) =>
  `${server}_${tool}`.replaceAll(/[^\w-]/g, '_').slice(0, longestName);
