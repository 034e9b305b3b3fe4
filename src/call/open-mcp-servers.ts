/** Opens the MCP servers that a call's assistant may ask, each with its secret where that was given for this address. */
import type { Assistant } from '../assistant/assistant.ts';
import { toToolObject } from '../assistant/tool-settings.ts';
import type { BoundValues } from '../assistant/tools/http-tool.ts';
import { openMcpTools } from '../assistant/tools/mcp/mcp-tools.ts';
import type { Tool } from '../assistant/tools/tool.ts';
import type { CallRow } from '../store/calls.ts';
import { listMcpSecrets } from '../store/mcp-secrets.ts';
import { everyone, onlyOf } from '../store/reach.ts';
import type { SessionParts } from './join-session.ts';

export interface OpenedMcpServers {
  /** By the name of the server. */
  tools: ReadonlyMap<string, readonly Tool[]>;
  close(): Promise<void>;
}

const none: OpenedMcpServers = { tools: new Map(), close: async () => {} };

export async function openMcpServers(
  parts: Pick<SessionParts, 'store' | 'toolRequests' | 'log'>,
  call: CallRow,
  values: BoundValues,
): Promise<OpenedMcpServers> {
  const settings = (call.assistant as Assistant).tools.map(toToolObject).filter((tool) => tool.type === 'mcp');
  if (settings.length === 0) return none;
  const secrets = await secretsOf(parts, call);
  const { log, toolRequests } = parts;
  const { mcpCatalogue: catalogue } = toolRequests;
  const opened = await Promise.all(
    settings.map(async (setting) => {
      const kept = secrets.find(({ server }) => server === setting.name);
      // A secret that was given for another address is not told to this one.
      const secret = kept?.origin === new URL(setting.url).origin ? kept.secret : null;
      return [setting.name, await openMcpTools({ catalogue, log }, setting, { secret, values })] as const;
    }),
  );
  return {
    tools: new Map(opened.map(([name, { tools }]) => [name, tools])),
    close: async () => void (await Promise.all(opened.map(([, { close }]) => close()))),
  };
}

function secretsOf({ store }: Pick<SessionParts, 'store'>, call: CallRow) {
  if (call.assistant_id === null) return [];
  const reach = call.client_id === null ? everyone : onlyOf(call.client_id);
  return listMcpSecrets(store.db, { reach, assistantId: call.assistant_id });
}
