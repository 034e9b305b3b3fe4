/** A service on this machine that tools ask: what it was asked, and what it answers. */
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface AskedOfService {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

export interface Service {
  url: string;
  asked: AskedOfService[];
  stop(): Promise<void>;
}

export interface ServiceAnswer {
  status?: number;
  headers?: Record<string, string>;
  body?: string;
}

export async function startService(answer: (asked: AskedOfService) => ServiceAnswer): Promise<Service> {
  const asked: AskedOfService[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { method = '', url: path = '', headers } = request;
    const one = { method, path, headers, body: Buffer.concat(chunks).toString() };
    asked.push(one);
    const { status = 200, body = '', ...more } = answer(one);
    response.writeHead(status, more.headers).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
