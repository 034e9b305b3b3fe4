import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type McpTestServer, startMcpServer } from '../../../../tests/setup/mcp-server.ts';
import { systemClock } from '../../../base/clock.ts';
import { createGuardedFetch, trustedInSandbox } from '../../../base/guarded-fetch.ts';
import { createMcpSession } from './mcp-session.ts';

const limits = { limitMs: 20_000 };
const tool = (name: string) => ({ name, description: `Does ${name}.`, inputSchema: { type: 'object' } });
const call = { name: 'find', values: { word: 'red' }, callId: 'call_1' };

describe('a session with an MCP server', () => {
  const guardedFetch = createGuardedFetch({ clock: systemClock, trustedNetworks: trustedInSandbox });
  let server: McpTestServer;
  beforeAll(async () => {
    server = await startMcpServer();
  });
  beforeEach(() => {
    server.heard.length = 0;
    server.speaks = 'json';
    server.tools = [tool('find'), tool('book'), { ...tool('broken'), inputSchema: 'none' } as never];
    server.answer = (name, values) => ({ content: [{ type: 'text', text: `${name} ${JSON.stringify(values)}` }] });
  });
  afterAll(async () => {
    guardedFetch.close();
    await server.stop();
  });
  const open = (secret: string | null = null) => createMcpSession({ guardedFetch }, { url: server.url, secret });

  it.each(['json', 'events', 'endless'] as const)('lists and calls tools of one that speaks %s', async (speaks) => {
    server.speaks = speaks;
    const session = open('s3cret');
    expect((await session.listTools(limits)).map(({ name }) => name)).toEqual(['find', 'book']);
    const result = await session.callTool(call, limits);
    expect(result).toMatchObject({ isError: false, content: [{ type: 'text', text: 'find {"word":"red"}' }] });
    const methods = server.heard.map(({ message }) => message.method);
    expect(methods).toEqual([
      ...['initialize', 'notifications/initialized', 'tools/list', 'tools/list', 'tools/list', 'tools/call'],
    ]);
    expect(new Set(server.heard.map(({ authorization }) => authorization))).toEqual(new Set(['Bearer s3cret']));
    await session.close();
    expect(server.sessions.size).toBe(0);
  });

  it('begins again what the server has forgotten, and tells nobody who has no secret', async () => {
    const session = open();
    await session.callTool(call, limits);
    server.sessions.clear();
    expect(await session.callTool(call, limits)).toMatchObject({ isError: false });
    expect(server.heard.filter(({ message }) => message.method === 'initialize')).toHaveLength(2);
    expect(server.heard.every(({ authorization }) => authorization === undefined)).toBe(true);
    await session.close();
  });

  it('that was never needed is never begun, nor ended', async () => {
    await open().close();
    expect(server.heard).toEqual([]);
  });

  it.each<[string, () => object, RegExp]>([
    ['another form than the protocol has', () => ({ content: 'words' }), /another form/],
    [
      'more than anybody reads',
      () => ({ content: [{ type: 'text', text: 'x'.repeat(300_000) }] }),
      /no answer that can/,
    ],
  ])('fails in words on an answer of %s', async (_what, answer, words) => {
    server.answer = answer;
    const session = open();
    await expect(session.callTool(call, limits)).rejects.toThrow(words);
    await session.close();
  });

  it('gives up when nobody waits any more', async () => {
    const session = open();
    const signal = AbortSignal.abort();
    await expect(session.callTool(call, { ...limits, signal })).rejects.toThrow(/given up/);
    expect(await session.callTool(call, limits)).toMatchObject({ isError: false });
    await session.close();
  });
});
