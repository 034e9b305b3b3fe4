/** An OpenAI-compatible server on loopback for tests: each request waits until the test says what comes back. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ToolCall } from '../../ports/language-model.ts';

export interface FakeExchange {
  path: string;
  headers: IncomingMessage['headers'];
  body: unknown;
  closed: Promise<void>;
  /** Writes bytes of an event stream as they are. */
  write(bytes: string | Uint8Array): void;
  /** Writes one event. */
  send(event: unknown): void;
  say(text: string): void;
  callTools(calls: readonly ToolCall[]): void;
  finish(usage?: { inputTokens: number; outputTokens: number }): void;
  refuse(why: 'bad-key' | 'bad-request' | 'overloaded'): void;
  /** Answers with any status, body and headers instead of a stream. */
  answer(status: number, body: string, headers?: Record<string, string>): void;
  breakOff(): void;
  end(): void;
  cut(): void;
}

export interface FakeVendor {
  baseUrl: string;
  readonly requestCount: number;
  nextRequest(): Promise<FakeExchange>;
  goAway(): Promise<void>;
}

const refusals = {
  'bad-key': { status: 401, message: 'Incorrect API key provided' },
  'bad-request': { status: 400, message: 'Unknown model' },
  overloaded: { status: 503, message: 'The server is overloaded' },
};

export async function startFakeVendor(): Promise<FakeVendor> {
  const arrived: FakeExchange[] = [];
  const waiting: ((exchange: FakeExchange) => void)[] = [];
  let requestCount = 0;
  const server = createServer(async (request, response) => {
    requestCount += 1;
    const exchange = await openExchange(request, response);
    const taker = waiting.shift();
    if (taker) taker(exchange);
    else arrived.push(exchange);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    baseUrl: `http://127.0.0.1:${port}/v1`,
    get requestCount() {
      return requestCount;
    },
    nextRequest: () => {
      const exchange = arrived.shift();
      return exchange ? Promise.resolve(exchange) : new Promise((resolve) => waiting.push(resolve));
    },
    goAway: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function openExchange(request: IncomingMessage, response: ServerResponse): Promise<FakeExchange> {
  const closed = new Promise<void>((resolve) => response.on('close', () => resolve()));
  let body = '';
  for await (const piece of request.setEncoding('utf8')) body += piece;
  const write = (bytes: string | Uint8Array) => {
    if (!response.headersSent) response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
    response.write(bytes);
  };
  const send = (event: unknown) => write(`data: ${JSON.stringify(event)}\n\n`);
  const delta = (fields: unknown, finishReason: string | null = null) =>
    send({ id: 'chatcmpl-1', choices: [{ index: 0, delta: fields, finish_reason: finishReason }], usage: null });
  const answer = (status: number, text: string, headers: Record<string, string> = {}) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(text);
  };
  return {
    path: request.url ?? '',
    headers: request.headers,
    body: JSON.parse(body),
    closed,
    write,
    send,
    say: (content) => delta({ role: 'assistant', content }),
    callTools: (calls) => {
      for (const piece of toFragments(calls)) delta({ tool_calls: [piece] });
    },
    finish: (usage) => {
      delta({}, 'stop');
      if (usage) {
        send({
          id: 'chatcmpl-1',
          choices: [],
          usage: { prompt_tokens: usage.inputTokens, completion_tokens: usage.outputTokens },
        });
      }
      write('data: [DONE]\n\n');
      response.end();
    },
    refuse: (why) => answer(refusals[why].status, JSON.stringify({ error: { message: refusals[why].message } })),
    answer,
    breakOff: () => send({ error: { message: 'The model crashed', code: 500 } }),
    end: () => {
      write('');
      response.end();
    },
    cut: () => response.destroy(),
  };
}

/** All calls open first; then their arguments come a few characters at a time, in turns. */
function toFragments(calls: readonly ToolCall[]): unknown[] {
  const opened = calls.map(({ id, name }, index) => ({ index, id, type: 'function', function: { name } }));
  const pieces = calls.map((call) => call.argumentsJson.match(/.{1,4}/gsu) ?? []);
  const rounds = Math.max(0, ...pieces.map((list) => list.length));
  const rest = Array.from({ length: rounds }, (_, round) =>
    pieces.flatMap((list, index) =>
      list[round] === undefined ? [] : [{ index, function: { arguments: list[round] } }],
    ),
  );
  return [...opened, ...rest.flat()];
}
