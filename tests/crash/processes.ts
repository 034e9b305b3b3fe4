/** The processes of a sweep: servers that are killed, and the phone network that survives them. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const command = join(import.meta.dirname, '../../bin/callwright.mjs');

export interface Process {
  child: ChildProcess;
  /** How it ended. */
  ended: Promise<{ code: number | null; signal: string | null }>;
  isOver(): boolean;
}

function startProcess(args: string[], env: Record<string, string>): Process {
  const path = { PATH: process.env.PATH ?? '' };
  const child = spawn(process.execPath, [command, ...args], {
    env: { ...path, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<{ code: number | null; signal: string | null }>((resolve) =>
    child.once('exit', (code, signal) => resolve({ code, signal })),
  );
  return { child, ended, isOver: () => child.exitCode !== null || child.signalCode !== null };
}

export interface ServerProcess extends Process {
  /** How long it took until it was ready; null when it ended before. */
  readyMs: Promise<number | null>;
  /** Its name among those that share a database; null when it ended before it was ready. */
  nodeId: Promise<string | null>;
  /** Every point that it told of, when it was started to tell. */
  points: string[];
  /** What it wrote to the standard error besides. */
  errors: string[];
}

export function startServer(env: Record<string, string>): ServerProcess {
  const startedAt = performance.now();
  const server = startProcess(['start'], env);
  const points: string[] = [];
  const errors: string[] = [];
  createInterface({ input: server.child.stderr as NodeJS.ReadableStream }).on('line', (line) => {
    const point = /^crash point: (.*)$/.exec(line)?.[1];
    if (point === undefined) errors.push(line);
    else points.push(point);
  });
  const ready = new Promise<{ ms: number; nodeId: string } | null>((resolve) => {
    createInterface({ input: server.child.stdout as NodeJS.ReadableStream }).on('line', (line) => {
      if (!line.includes('"server is ready"')) return;
      const { nodeId } = JSON.parse(line) as { nodeId: string };
      resolve({ ms: performance.now() - startedAt, nodeId });
    });
    void server.ended.then(() => resolve(null));
  });
  const readyMs = ready.then((found) => found?.ms ?? null);
  return { ...server, readyMs, nodeId: ready.then((found) => found?.nodeId ?? null), points, errors };
}

export interface NetworkProcess extends Process {
  url: string;
  /** The settings with which a server uses it. */
  settings: Record<string, string>;
  headers: { authorization: string };
}

/** `callwright simulate` on free ports, at the pace of life: servers look for calls by the time at which they were made. */
export async function startNetwork(numbers: readonly string[]): Promise<NetworkProcess> {
  const args = ['--port', '0', '--vendors-port', '0', '--calls-per-second', '1000'];
  const network = startProcess(['simulate', ...args, '--number', ...numbers], {});
  network.child.stderr?.resume();
  const settings: Record<string, string> = {};
  await new Promise<void>((resolve) => {
    createInterface({ input: network.child.stdout as NodeJS.ReadableStream }).on('line', (line) => {
      for (const [, name = '', value = ''] of line.matchAll(/([A-Z_]{6,})=(\S+)/g)) settings[name] ??= value;
      if (line.includes('ELEVENLABS_BASE_URL')) resolve();
    });
    void network.ended.then(() => resolve());
  });
  const { TWILIO_API_BASE_URL: url = '', TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN } = settings;
  if (url === '') throw new Error('the phone network did not start');
  const basic = Buffer.from(`${TWILIO_ACCOUNT_SID}:${TWILIO_AUTH_TOKEN}`).toString('base64');
  return { ...network, url, settings, headers: { authorization: `Basic ${basic}` } };
}

/** A port that nobody uses now. */
export function findFreePort(): Promise<number> {
  const server = createServer();
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

export interface Receiver {
  url: string;
  /** Ids of messages by the call whose end they tell. */
  endings: Map<string, Set<string>>;
  close(): void;
}

/** Takes the webhooks that servers send, and outlives them. */
export function startReceiver(): Promise<Receiver> {
  const endings = new Map<string, Set<string>>();
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      const { data } = JSON.parse(body) as { data: { call_id: string } };
      const ids = endings.get(data.call_id) ?? new Set();
      endings.set(data.call_id, ids.add(String(request.headers['webhook-id'])));
      response.end();
    });
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      resolve({
        url: `http://127.0.0.1:${port}/`,
        endings,
        close: () => {
          server.closeAllConnections();
          server.close();
        },
      });
    });
  });
}
