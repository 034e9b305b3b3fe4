/** What a security proof is given and what it finds: figures that a test asserts and a command prints. */
import { Agent, request as openRequest } from 'node:http';
import { createSeededRandom, type Random } from '../../src/base/random.ts';

export interface ProofOptions {
  /** How much is tried; each proof says what it counts. */
  tries: number;
  /** The same seed sends the same requests. */
  seed: number;
  /** File of a ready-made embedded database to start from; one is made otherwise. */
  storeTemplate?: string | undefined;
}

export interface Figures {
  tried: number;
  refused: number;
  accepted: number;
  /** Of tables that none of this may touch. */
  rowsChanged: number;
  /** What should not have happened, in words that tell how to see it again; empty is what is wanted. */
  misses: string[];
}

const mostMisses = 20;

/** Figures that add up while a proof runs. */
export function createTally() {
  const figures: Figures = { tried: 0, refused: 0, accepted: 0, rowsChanged: 0, misses: [] };
  return {
    figures,
    refused() {
      figures.tried += 1;
      figures.refused += 1;
    },
    accepted() {
      figures.tried += 1;
      figures.accepted += 1;
    },
    miss(what: string) {
      if (figures.misses.length < mostMisses) figures.misses.push(what);
      else
        figures.misses[mostMisses] = `… and ${Number(/\d+/.exec(figures.misses[mostMisses] ?? '')?.[0] ?? 0) + 1} more`;
    },
  };
}
export type Tally = ReturnType<typeof createTally>;

export interface Chance extends Random {
  /** A whole number from 0 up to, not including, `limit`. */
  below(limit: number): number;
  /** One of them; they may not be empty. */
  pick<T>(choices: readonly T[]): T;
}

export function createChance(seed: number): Chance {
  const random = createSeededRandom(seed);
  const below = (limit: number) => Math.floor(random.fraction() * limit);
  return { ...random, below, pick: (choices) => choices[below(choices.length)] as (typeof choices)[number] };
}

/** Does `work` for each of `count` numbers, so many at once; the first failure ends it. */
export async function forEachOf(count: number, atOnce: number, work: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const lane = async () => {
    while (next < count) {
      const index = next;
      next += 1;
      await work(index);
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, count) }, lane));
}

export interface RawRequest {
  method: string;
  /** Sent as it is, never made valid. */
  path: string;
  headers: Record<string, string | string[]>;
  body: string;
}

export interface RawAnswer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

const longestWaitMs = 20_000;

/** Sends requests to one server over connections that stay open. */
export function createSender(url: string, connections = 32) {
  const { hostname, port } = new URL(url);
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  /** Of a stream only what it begins with is read. */
  const send = (wanted: Partial<RawRequest> & { path: string; isStream?: boolean }): Promise<RawAnswer> =>
    new Promise((resolve, reject) => {
      const { method = 'GET', path, headers = {}, body = '' } = wanted;
      const length = body === '' ? {} : { 'content-length': String(Buffer.byteLength(body)) };
      const request = openRequest(
        { agent, hostname, port, method, path, headers: { ...length, ...headers } },
        (response) => {
          const chunks: Buffer[] = [];
          const finish = () => {
            const body = Buffer.concat(chunks).toString();
            resolve({ status: response.statusCode ?? 0, headers: response.headers, body });
          };
          response.on('error', reject);
          response.on('end', finish);
          response.on('data', (chunk: Buffer) => {
            chunks.push(chunk);
            if (!wanted.isStream) return;
            finish();
            response
              .off('error', reject)
              .on('error', () => {})
              .destroy();
          });
        },
      );
      request.setTimeout(longestWaitMs, () =>
        request.destroy(new Error(`no answer to ${method} ${path.slice(0, 200)}`)),
      );
      request.on('error', reject);
      request.end(body);
    });
  return { send, close: () => agent.destroy() };
}
export type Sender = ReturnType<typeof createSender>;
