/** One session with an MCP server over streamable HTTP: begun when it is first needed, ended with its call. */
import type { z } from 'zod';
import type { GuardedAnswer, GuardedRequest } from '../../../base/guarded-fetch.ts';
import {
  type CallResult,
  callResult,
  findAnswer,
  initializeResult,
  type ListedTool,
  McpFailed,
  protocolVersions,
  readResult,
  toolsResult,
} from './mcp-messages.ts';

export interface McpServer {
  url: string;
  /** Sent as a bearer token; null: none. */
  secret: string | null;
}

export interface McpSessionParts {
  guardedFetch: (request: GuardedRequest) => Promise<GuardedAnswer>;
}

export interface Limits {
  limitMs: number;
  signal?: AbortSignal | undefined;
}

export interface McpSession {
  /** @throws McpFailed, FetchFailed */
  listTools(limits: Limits): Promise<ListedTool[]>;
  /** @throws McpFailed, FetchFailed */
  callTool(
    call: { name: string; values: Record<string, unknown>; callId: string },
    limits: Limits,
  ): Promise<CallResult>;
  /** Never rejects. */
  close(): Promise<void>;
}

const mostBytes = 256 * 1024;
const mostPages = 5;
const closingMs = 2000;
const noSuchSession = 404;

const clientInfo = { name: 'callwright', version: '1' };

/** What a session knows once it is open. */
interface Opened {
  id: string | null;
  version: string;
}

export function createMcpSession(parts: McpSessionParts, server: McpServer): McpSession {
  let nextId = 0;
  let opening: Promise<Opened> | null = null;

  const post = (message: object, limits: Limits, more: { opened: Opened | null; id: number | null }) => {
    const { opened, id } = more;
    return parts.guardedFetch({
      ...{ url: server.url, method: 'POST', body: JSON.stringify({ jsonrpc: '2.0', ...message }) },
      ...{ limitMs: limits.limitMs, mostBytes, ...(limits.signal ? { signal: limits.signal } : {}) },
      headers: toHeaders(server, opened),
      // A stream of events may be held open behind the answer.
      ...(id === null ? {} : { isEnough: (body, type) => findAnswer(body, type, id) !== null }),
    });
  };

  const request = async <T extends z.ZodType>(
    asked: { method: string; params: object; schema: T },
    limits: Limits,
    opened: Opened | null,
  ) => {
    nextId += 1;
    const id = nextId;
    const answer = await post({ id, method: asked.method, params: asked.params }, limits, { opened, id });
    if (answer.status === noSuchSession && opened?.id) throw new McpFailed('mcp/session-over', 'The session is over.');
    const found = findAnswer(answer.body.toString(), String(answer.headers['content-type'] ?? ''), id);
    if (!found && answer.status >= 300) throw new McpFailed('mcp/refused', `The server answered ${answer.status}.`);
    return { result: readResult(asked.schema, found), headers: answer.headers };
  };

  const open = async (limits: Limits): Promise<Opened> => {
    const params = { protocolVersion: protocolVersions[0], capabilities: {}, clientInfo };
    const { result, headers } = await request({ method: 'initialize', params, schema: initializeResult }, limits, null);
    if (!protocolVersions.includes(result.protocolVersion)) {
      throw new McpFailed('mcp/bad-answer', 'The server speaks no version of the protocol that is known here.');
    }
    const id = headers['mcp-session-id'];
    const opened = { id: typeof id === 'string' ? id : null, version: result.protocolVersion };
    await post({ method: 'notifications/initialized' }, limits, { opened, id: null });
    return opened;
  };

  const session = (limits: Limits): Promise<Opened> => {
    opening ??= open(limits).catch((error: unknown) => {
      opening = null;
      throw error;
    });
    return opening;
  };

  /** A session that the server has given up is begun again, once: nothing was done in it. */
  const inSession = async <T>(limits: Limits, work: (opened: Opened) => Promise<T>): Promise<T> => {
    try {
      return await work(await session(limits));
    } catch (error) {
      if (!(error instanceof McpFailed && error.code === 'mcp/session-over')) throw error;
      opening = null;
      return await work(await session(limits));
    }
  };

  return {
    listTools: (limits) =>
      inSession(limits, async (opened) => {
        const tools: ListedTool[] = [];
        let cursor: string | undefined;
        for (let pages = 0; pages < mostPages; pages += 1) {
          const params = cursor === undefined ? {} : { cursor };
          const { result } = await request({ method: 'tools/list', params, schema: toolsResult }, limits, opened);
          tools.push(...result.tools);
          cursor = result.nextCursor;
          if (cursor === undefined) break;
        }
        return tools;
      }),
    callTool: ({ name, values, callId }, limits) =>
      inSession(limits, async (opened) => {
        const params = { name, arguments: values, _meta: { 'callwright/call_id': callId } };
        return (await request({ method: 'tools/call', params, schema: callResult }, limits, opened)).result;
      }),
    async close() {
      const opened = await opening?.catch(() => null);
      if (!opened?.id) return;
      const headers = toHeaders(server, opened);
      const leaving = { url: server.url, method: 'DELETE', headers, limitMs: closingMs, mostBytes: 1024 } as const;
      await parts.guardedFetch(leaving).catch(() => {});
    },
  };
}

function toHeaders({ secret }: McpServer, opened: Opened | null): Record<string, string> {
  return {
    'user-agent': 'Callwright-Tools',
    accept: 'application/json, text/event-stream',
    'content-type': 'application/json',
    ...(secret === null ? {} : { authorization: `Bearer ${secret}` }),
    ...(opened ? { 'mcp-protocol-version': opened.version } : {}),
    ...(opened?.id ? { 'mcp-session-id': opened.id } : {}),
  };
}
