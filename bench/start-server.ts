/** Starts the server as a user would, or one of the baselines, and looks at what it uses. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve as resolvePath } from 'node:path';
import { account, type Server } from './load/carrier-face.ts';
import type { Used } from './load/scene.ts';

export interface StartedServer extends Server {
  used(): Used;
  stop(): Promise<void>;
}

export type Program = 'callwright' | 'bare-relay' | 'bare-model-stream' | 'empty-route' | 'transactions';

const root = join(import.meta.dirname, '..');
const startMs = 60_000;

/** On a machine with two cores or more the server has the first to itself, as far as the machine allows. */
export const pinTo = (core: number): string[] => (hasTaskset() ? ['taskset', '-c', String(core)] : []);

function hasTaskset(): boolean {
  try {
    execFileSync('taskset', ['-c', '1', 'true'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

function toEnvironment(loadUrl: string, dataDir: string, databaseUrl: string | null): Record<string, string> {
  return {
    ...{ PATH: process.env.PATH ?? '', HOME: dataDir, LOG_LEVEL: 'warn', PORT: '0', DATA_DIR: dataDir },
    ...(databaseUrl === null ? {} : { DATABASE_URL: databaseUrl }),
    ...{ TWILIO_ACCOUNT_SID: account.sid, TWILIO_AUTH_TOKEN: account.authToken },
    ...{ TWILIO_PHONE_NUMBER: account.number, TWILIO_API_BASE_URL: loadUrl },
    ...{ CALLS_PER_SECOND: '1000', MAX_CONCURRENT_CALLS: '100000', REQUESTS_PER_MINUTE: '1000000' },
    ...{ OPENAI_API_KEY: 'bench', OPENAI_BASE_URL: `${loadUrl}/openai/v1` },
    ...{ DEEPGRAM_API_KEY: 'bench', DEEPGRAM_BASE_URL: `${loadUrl}/deepgram` },
    ...{ ELEVENLABS_API_KEY: 'bench', ELEVENLABS_BASE_URL: `${loadUrl}/elevenlabs` },
  };
}

export async function startServer(
  program: Program,
  load: { url: string },
  databaseUrl: string | null,
): Promise<StartedServer> {
  const dataDir = mkdtempSync(join(tmpdir(), 'callwright-bench-'));
  const isOurs = program === 'callwright';
  const file = isOurs ? ['bin/callwright.mjs', 'start'] : [`bench/baselines/${program}.ts`, load.url];
  const [command = '', ...rest] = [...pinTo(0), process.execPath, ...file];
  const env = toEnvironment(load.url, dataDir, databaseUrl);
  // Without a terminal the server says in its log at which address it is ready.
  const child = spawn(command, rest, {
    cwd: root,
    env: isOurs ? { ...env, LOG_LEVEL: 'info', NODE_OPTIONS: process.env.BENCH_NODE_OPTIONS ?? '' } : env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  try {
    const ready = await whenReady(child);
    const operatorKey = ready.keyFile === null ? '' : readFileSync(ready.keyFile, 'utf8').trim();
    return { url: ready.url, operatorKey, used: () => usedBy(child), stop: () => stopServer(child, dataDir) };
  } catch (error) {
    await stopServer(child, dataDir);
    throw error;
  }
}

function whenReady(child: ChildProcess): Promise<{ url: string; keyFile: string | null }> {
  return new Promise((resolve, reject) => {
    let output = '';
    const giveUp = setTimeout(() => reject(new Error(`the server did not start:\n${output.slice(0, 3000)}`)), startMs);
    const listen = (chunk: Buffer) => {
      // Of a server that is ready nothing is kept; its pipe must be read all the same.
      if (output.length < 100_000) output += chunk;
      const line = output.split('\n').find((each) => each.includes('"url":"'));
      if (!line?.endsWith('}')) return;
      clearTimeout(giveUp);
      const { url, operatorKeyFile } = JSON.parse(line) as { url: string; operatorKeyFile?: string };
      resolve({
        url: url.replace('localhost', '127.0.0.1'),
        keyFile: operatorKeyFile ? resolvePath(root, operatorKeyFile) : null,
      });
    };
    child.stdout?.on('data', listen);
    child.stderr?.on('data', listen);
    child.once('exit', () => reject(new Error(`the server ended:\n${output.slice(0, 3000)}`)));
  });
}

/** Processor time of the process with all its threads, and its memory; `/proc` counts in hundredths of a second. */
function usedBy({ pid }: ChildProcess): Used {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const [, rssKb = '0'] = /VmRSS:\s+(\d+)/.exec(status) ?? [];
  return { cpuMs: (Number(fields[11]) + Number(fields[12])) * 10, rssMb: Number(rssKb) / 1024 };
}

/** Whatever calls there still are end with it: nobody is on the line. */
async function stopServer(child: ChildProcess, dataDir: string): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
  }
  rmSync(dataDir, { recursive: true, force: true });
}
