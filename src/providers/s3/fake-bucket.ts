/** A server that speaks as much S3 as we do, for tests: it checks every signature by itself and can be unwell. */
import { createHash, createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface FakeBucket {
  url: string;
  blobs: Map<string, { body: Buffer; contentType: string }>;
  /** Each request as `METHOD path`. */
  requests: string[];
  /** Why requests were refused. */
  refusals: string[];
  /** What the next answers are instead of the right ones: a status, or a body cut after so many bytes. */
  unwell: (number | { cutAfter: number } | 'silent')[];
  close(): Promise<void>;
}

const sha256 = (data: string | Buffer) => createHash('sha256').update(data).digest('hex');
const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();

/** AWS's Signature Version 4 as its documentation writes it. */
function whyUnsigned(request: IncomingMessage, body: Buffer, key: { id: string; secret: string }): string | null {
  const form =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/;
  const [, id, day = '', region = '', names = '', signature] = form.exec(request.headers.authorization ?? '') ?? [];
  if (id !== key.id) return 'another key';
  const hash = String(request.headers['x-amz-content-sha256']);
  if (request.method === 'PUT' && hash !== sha256(body)) return 'another body than the signed one';
  const headers = names.split(';').map((name) => `${name}:${String(request.headers[name]).trim()}\n`);
  const canonical = [request.method, request.url, '', headers.join(''), names, hash].join('\n');
  const scope = `${day}/${region}/s3/aws4_request`;
  const toSign = ['AWS4-HMAC-SHA256', request.headers['x-amz-date'], scope, sha256(canonical)].join('\n');
  const signingKey = [region, 's3', 'aws4_request'].reduce(hmac, hmac(`AWS4${key.secret}`, day));
  return hmac(signingKey, toSign).toString('hex') === signature ? null : 'a wrong signature';
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

export async function startFakeBucket(key: { id: string; secret: string }): Promise<FakeBucket> {
  const bucket: FakeBucket = {
    url: '',
    blobs: new Map(),
    requests: [],
    refusals: [],
    unwell: [],
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  const server = createServer(async (request, response) => {
    bucket.requests.push(`${request.method} ${request.url}`);
    const body = await readBody(request);
    const why = whyUnsigned(request, body, key);
    if (why !== null) {
      bucket.refusals.push(why);
      return response.writeHead(403).end();
    }
    const ill = bucket.unwell.shift();
    if (ill === 'silent') return;
    if (typeof ill === 'number') return response.writeHead(ill).end();
    if (request.method === 'PUT' && request.headers['content-length'] === undefined) {
      return response.writeHead(411).end();
    }
    return answer(bucket, { request, response, body, cutAfter: ill?.cutAfter });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  bucket.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return bucket;
}

interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
  body: Buffer;
  cutAfter: number | undefined;
}

function answer(bucket: FakeBucket, { request, response, body, cutAfter }: Exchange): unknown {
  const path = request.url ?? '';
  const contentType = request.headers['content-type'] ?? '';
  if (request.method === 'PUT') {
    bucket.blobs.set(path, { body, contentType });
    return response.writeHead(200).end();
  }
  const blob = bucket.blobs.get(path);
  if (request.method === 'DELETE') {
    bucket.blobs.delete(path);
    return response.writeHead(204).end();
  }
  if (!blob) return response.writeHead(404).end();
  const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? [];
  const part = from === undefined ? blob.body : blob.body.subarray(Number(from), Number(to) + 1);
  response.writeHead(from === undefined ? 200 : 206, {
    'content-type': blob.contentType,
    'content-length': part.length,
  });
  if (request.method === 'HEAD') return response.end();
  if (cutAfter === undefined) return response.end(part);
  return response.write(part.subarray(0, cutAfter), () => response.destroy());
}
