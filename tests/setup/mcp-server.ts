/** A server that speaks the Model Context Protocol over streamable HTTP, with sessions, and answers as it is told to. */
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

interface Message {
  id?: number;
  method: string;
  params?: { name?: string; arguments?: Record<string, unknown>; cursor?: string; protocolVersion?: string };
}

export interface McpTool {
  name: string;
  description?: string;
  inputSchema: Record<string, unknown>;
}

export interface McpTestServer {
  url: string;
  /** Each message, with the session it came in and the bearer token. */
  heard: { message: Message; session: string | undefined; authorization: string | undefined }[];
  /** Sessions that are open now. */
  sessions: Set<string>;
  tools: McpTool[];
  /** `json`, as server-sent events, or as events on a stream that is never closed. */
  speaks: 'json' | 'events' | 'endless';
  answer(tool: string, values: Record<string, unknown>): object;
  stop(): Promise<void>;
}

export async function startMcpServer(): Promise<McpTestServer> {
  const state: Omit<McpTestServer, 'url' | 'stop'> = {
    ...{ heard: [], sessions: new Set<string>(), tools: [], speaks: 'json' as const },
    answer: () => ({ content: [{ type: 'text', text: 'Done.' }] }),
  };
  const server = createServer((request, response) => void take(state, request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`;
  const stop = async () => {
    server.closeAllConnections();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  };
  return Object.assign(state, { url, stop });
}

type State = Omit<McpTestServer, 'url' | 'stop'>;

async function take(state: State, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const session = request.headers['mcp-session-id'] as string | undefined;
  if (request.method === 'DELETE') {
    state.sessions.delete(session ?? '');
    return void response.writeHead(204).end();
  }
  const message = JSON.parse(Buffer.concat(chunks).toString()) as Message;
  state.heard.push({ message, session, authorization: request.headers.authorization });
  const accepts = String(request.headers.accept);
  const isAcceptable = accepts.includes('application/json') && accepts.includes('text/event-stream');
  if (!isAcceptable) return void response.writeHead(406).end();
  if (message.method === 'initialize') {
    const id = randomUUID();
    state.sessions.add(id);
    const result = {
      ...{ protocolVersion: message.params?.protocolVersion, capabilities: { tools: {} } },
      serverInfo: { name: 'test', version: '1' },
    };
    response.setHeader('mcp-session-id', id);
    return say(state, response, { id: message.id, result });
  }
  if (!state.sessions.has(session ?? '')) return void response.writeHead(404).end();
  if (request.headers['mcp-protocol-version'] === undefined) return void response.writeHead(400).end();
  if (message.id === undefined) return void response.writeHead(202).end();
  return say(state, response, { id: message.id, ...answerTo(state, message) });
}

/** Tools are listed one to a page. */
function answerTo(state: State, { method, params }: Message): object {
  if (method === 'tools/list') {
    const page = Number(params?.cursor ?? 0);
    const isLast = page + 1 >= state.tools.length;
    return {
      result: { tools: state.tools.slice(page, page + 1), ...(isLast ? {} : { nextCursor: String(page + 1) }) },
    };
  }
  if (method === 'tools/call') return { result: state.answer(params?.name ?? '', params?.arguments ?? {}) };
  return { error: { code: -32_601, message: 'Method not found' } };
}

function say({ speaks }: State, response: ServerResponse, message: object): void {
  const body = JSON.stringify({ jsonrpc: '2.0', ...message });
  if (speaks === 'json') {
    response.writeHead(200, { 'content-type': 'application/json' }).end(body);
    return;
  }
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const notice = JSON.stringify({ jsonrpc: '2.0', method: 'notifications/progress', params: { progress: 1 } });
  response.write(`event: message\nid: 1\ndata: ${notice}\n\nevent: message\ndata: ${body}\n\n`);
  if (speaks === 'events') response.end();
}
