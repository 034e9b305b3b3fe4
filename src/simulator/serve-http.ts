/** The phone network's HTTP server: turns connections into REST requests and answers back into bytes. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { messageOf } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import { answerControl, controlRoot } from './control-api.ts';
import type { PhoneNetwork } from './phone-network.ts';
import { answerRest } from './rest/rest-api.ts';
import { type RestFile, type RestRequest, type RestResult, refuse } from './rest/rest-exchange.ts';

const mostBodyBytes = 256 * 1024;

export function createHttpServer(network: PhoneNetwork, log: Logger): Server {
  return createServer((incoming, outgoing) => {
    answer(network, incoming)
      .catch((error: unknown): RestResult => {
        log.error({ error: messageOf(error) }, 'the simulator failed to answer a request');
        return refuse(500, 20500, 'Internal server error');
      })
      .then((result) => {
        // By the network's own time, which may pass more quickly than others'.
        outgoing.setHeader('date', new Date(network.clock.now()).toUTCString());
        write(outgoing, result);
      });
  });
}

async function answer(network: PhoneNetwork, incoming: IncomingMessage): Promise<RestResult> {
  const url = URL.parse(incoming.url ?? '/', 'http://simulator.invalid');
  if (!url) return refuse(404, 20404, 'The requested resource was not found');
  const body = await readBody(incoming);
  if (body === null) {
    return { ...refuse(413, 20001, `The body is over ${mostBodyBytes} bytes`), headers: { connection: 'close' } };
  }
  const request: RestRequest = {
    method: incoming.method ?? 'GET',
    path: url.pathname,
    query: url.searchParams,
    authorization: incoming.headers.authorization,
    body,
  };
  return url.pathname.startsWith(controlRoot) ? answerControl(network, request) : answerRest(network, request);
}

/** Null when it is too long. */
async function readBody(incoming: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of incoming.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > mostBodyBytes) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function write(outgoing: ServerResponse, result: RestResult): void {
  if (result === 'cut') {
    outgoing.destroy();
    return;
  }
  if ('bytes' in result) return writeFile(outgoing, result);
  outgoing.writeHead(result.status, { 'content-type': result.contentType, ...result.headers });
  outgoing.end(result.body);
}

function writeFile(outgoing: ServerResponse, { status, contentType, bytes, cutAtByte }: RestFile): void {
  outgoing.writeHead(status, { 'content-type': contentType, 'content-length': bytes.length });
  if (cutAtByte === undefined) outgoing.end(bytes);
  else outgoing.write(bytes.subarray(0, cutAtByte), () => outgoing.destroy());
}
