/** What tools MCP servers have, remembered for some minutes, so that a call need not wait for them to be listed. */
import { createHash } from 'node:crypto';
import type { Clock } from '../../../base/clock.ts';
import type { ListedTool } from './mcp-messages.ts';
import { createMcpSession, type McpServer, type McpSession, type McpSessionParts } from './mcp-session.ts';

export interface McpCatalogue {
  /** @throws McpFailed, FetchFailed */
  listTools(server: McpServer): Promise<ListedTool[]>;
  openSession(server: McpServer): McpSession;
}

/** A person waits meanwhile. */
const listingMs = 3000;
const rememberedMs = 5 * 60_000;
/** A server that failed is not waited for by the next call. */
const avoidedMs = 30_000;
const mostServers = 500;

interface Remembered {
  tools: Promise<ListedTool[]>;
  untilMs: number;
}

export function createMcpCatalogue(parts: McpSessionParts & { clock: Clock }): McpCatalogue {
  const { clock } = parts;
  const known = new Map<string, Remembered>();

  const list = async (server: McpServer): Promise<ListedTool[]> => {
    const session = createMcpSession(parts, server);
    try {
      return await session.listTools({ limitMs: listingMs });
    } finally {
      void session.close();
    }
  };

  return {
    listTools(server) {
      const key = keyOf(server);
      const before = known.get(key);
      if (before && before.untilMs > clock.monotonicMs()) return before.tools;
      const entry: Remembered = { tools: list(server), untilMs: clock.monotonicMs() + rememberedMs };
      entry.tools.catch(() => {
        entry.untilMs = clock.monotonicMs() + avoidedMs;
      });
      known.delete(key);
      known.set(key, entry);
      const [oldest] = known.keys();
      if (known.size > mostServers && oldest !== undefined) known.delete(oldest);
      return entry.tools;
    },
    openSession: (server) => createMcpSession(parts, server),
  };
}

/** A server may show other tools to another secret; the secret itself is not kept here. */
const keyOf = ({ url, secret }: McpServer) =>
  `${url} ${createHash('sha256')
    .update(secret ?? '')
    .digest('hex')}`;
