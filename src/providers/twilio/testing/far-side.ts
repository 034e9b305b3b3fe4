/** A server in the place of Twilio that answers as each test says, and a carrier that talks to it. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Clock } from '../../../base/clock.ts';
import { silentLogger } from '../../../base/log.ts';
import type { Carrier } from '../../../ports/carrier.ts';
import { createTwilioCarrier, type TwilioOptions } from '../twilio.ts';

export const accountSid = `AC${'0'.repeat(32)}`;
export const authToken = 'test-auth-token-000000000000000000';
export const publicUrl = 'https://voice.example.test';
export const account = `/2010-04-01/Accounts/${accountSid}`;
export const from = '+15005550006';
export const to = '+15005550111';
export const paths = {
  instructions: '/api/outbound-call-twiml',
  voice: '/twiml',
  status: '/api/call-status',
  after: '/api/call-after',
  recording: '/api/call-recording',
  transcript: '/api/call-transcript',
  detection: '/api/call-answered-by',
  transferOver: '/api/transfer-over',
  transferLeg: '/api/transfer-leg',
  briefing: '/api/transfer-briefing',
  briefingAnswer: '/api/transfer-answer',
};

export interface Asked {
  method: string;
  path: string;
  headers: IncomingMessage['headers'];
  form: URLSearchParams;
}
export type Answer = (response: ServerResponse, asked: Asked) => void;

export interface FarSide {
  url: string;
  asked: Asked[];
  answer: Answer;
  nextRequest(): Promise<void>;
  close(): Promise<void>;
}

/** A server that answers as each test says and remembers what it was asked. */
export async function startFarSide(): Promise<FarSide> {
  const waiting: (() => void)[] = [];
  const server = createServer(async (request, response) => {
    // The clocks of tests stand at another time.
    response.sendDate = false;
    const { method = '', url: path = '', headers } = request;
    const asked = { method, path, headers, form: new URLSearchParams(await text(request)) };
    farSide.asked.push(asked);
    farSide.answer(response, asked);
    for (const wake of waiting.splice(0)) wake();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const farSide: FarSide = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: [],
    answer: (response) => response.end(),
    nextRequest: () => new Promise((resolve) => waiting.push(resolve)),
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
  return farSide;
}

export function json(status: number, body: unknown, headers: Record<string, string> = {}): Answer {
  return (response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
  };
}
export const twilioError = (status: number, code: number, message: string) => json(status, { code, message, status });

export function carrierOn(apiBaseUrl: string, clock: Clock, over: Partial<TwilioOptions> = {}): Carrier {
  return createTwilioCarrier({
    accountSid,
    authToken,
    apiBaseUrl,
    publicUrl,
    fetch: globalThis.fetch,
    clock,
    log: silentLogger,
    paths,
    ...over,
  });
}

/** An address on this machine where nobody listens any more. */
export async function deadUrl(): Promise<string> {
  const farSide = await startFarSide();
  await farSide.close();
  return farSide.url;
}
