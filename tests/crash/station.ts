/** One address where servers come and go, and what was asked of them there, which is remembered. */
import { randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findFreePort, type NetworkProcess, type ServerProcess, startServer } from './processes.ts';

/** Something asked of the server by a request that can be sent again with its key. */
export interface Wish {
  method: 'POST' | 'DELETE';
  path: string;
  /** Null where none is sent. */
  body: string | null;
  key: string;
  /** What the server said in the end; null while it is not known. */
  answer: { status: number; body: Record<string, unknown> } | null;
}

/** What is asked of whoever serves at an address. */
export interface Requests {
  network: NetworkProcess;
  /** The account's number that people call here. */
  ownNumber: string;
  wishes: Wish[];
  /** Sends a request, again when an earlier server died over it; null when this one does. */
  wish(wish: Wish): Promise<Wish['answer']>;
  wishFor(path: string, body: unknown): Wish;
  wishToForget(number: string): Wish;
  /** Null when the server is gone. */
  read<T>(path: string): Promise<T | null>;
  send<T>(method: 'POST' | 'PUT', path: string, body: unknown): Promise<T>;
  /** A phone that nobody rang, with somebody who does as their script says. */
  person(script: string): Promise<string>;
  /** Names of the files of sound that the server keeps, or has begun. */
  soundFiles(): string[];
}

export interface Station extends Requests {
  start(crashAt?: string): ServerProcess;
  remove(): void;
}

export interface StationParts {
  network: NetworkProcess;
  /** Counts the stations of a network. */
  index: number;
  ownNumber: string;
  settings?: Record<string, string>;
}

/** A data directory and a port of its own, on which one server after another is started. */
export async function createStation({ network, index, ownNumber, settings }: StationParts): Promise<Station> {
  const dataDir = mkdtempSync(join(tmpdir(), 'callwright-crash-'));
  const port = await findFreePort();
  const url = `http://127.0.0.1:${port}`;
  const env = {
    ...{ PORT: String(port), HOST: '127.0.0.1', PUBLIC_URL: url, DATA_DIR: dataDir },
    ...network.settings,
    ...{ TWILIO_PHONE_NUMBER: ownNumber, RECORD_CALLS: 'true', TRUSTED_NETWORKS: '127.0.0.0/8' },
    ...{ CALLS_PER_SECOND: '50', MAX_CONCURRENT_CALLS: '500', ERASE_AFTER_MS: '1000', ...settings },
  };
  return {
    ...createRequests({ network, index, ownNumber }, { url, dataDir }),
    start: (crashAt) => startServer({ ...env, ...(crashAt === undefined ? {} : { CRASH_AT: crashAt }) }),
    remove: () => rmSync(dataDir, { recursive: true, force: true }),
  };
}

/** Requests to an address, with the operator's key of a data directory of who serves there. */
export function createRequests(
  { network, index, ownNumber }: StationParts,
  { url, dataDir }: { url: string; dataDir: string },
): Requests {
  const ask = async (method: string, path: string, { body = null, key }: { body?: string | null; key?: string }) => {
    const operatorKey = readFileSync(join(dataDir, 'secrets/operator-key'), 'utf8').trim();
    const response = await fetch(`${url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${operatorKey}`,
        ...(body === null ? {} : { 'content-type': 'application/json' }),
        ...(key === undefined ? {} : { 'idempotency-key': key }),
      },
      ...(body === null ? {} : { body }),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  const wishes: Wish[] = [];
  const remember = (what: Pick<Wish, 'method' | 'path' | 'body'>): Wish => {
    const wish = { ...what, key: randomUUID(), answer: null };
    wishes.push(wish);
    return wish;
  };
  let people = 0;
  return {
    ...{ network, ownNumber, wishes },
    wishFor: (path, body) => remember({ method: 'POST', path, body: JSON.stringify(body) }),
    wishToForget: (number) => remember({ method: 'DELETE', path: `/v1/people/${number}`, body: null }),
    async wish(wish) {
      if (wish.answer !== null) return wish.answer;
      const answer = await ask(wish.method, wish.path, wish).catch(() => null);
      // Who is stopping has done nothing about it; what another node is still doing is asked about again.
      wish.answer = answer && [409, 503].includes(answer.status) ? null : answer;
      return wish.answer;
    },
    async read<T>(path: string) {
      const answer = await ask('GET', path, {}).catch(() => null);
      return answer && (answer.body as T);
    },
    async send<T>(method: 'POST' | 'PUT', path: string, body: unknown) {
      const answer = await ask(method, path, { body: JSON.stringify(body) });
      if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
      return answer.body as T;
    },
    async person(script) {
      people += 1;
      // Ten thousand numbers for each station, none of them in a block that other stations use.
      const number = `+1212${220 + index}${String(people).padStart(4, '0')}`;
      await fetch(`${network.url}/simulator/people/${encodeURIComponent(number)}`, {
        method: 'PUT',
        headers: network.headers,
        body: script,
      });
      return number;
    },
    soundFiles: () => ['blobs/recordings', 'recording-drafts'].flatMap((folder) => namesIn(join(dataDir, folder))),
  };
}

const namesIn = (folder: string) => (existsSync(folder) ? readdirSync(folder) : []);
