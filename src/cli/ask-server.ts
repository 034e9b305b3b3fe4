/** Asks a running server by its API: at CALLWRIGHT_URL with CALLWRIGHT_KEY, or the one that runs on this folder's settings. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { problemSchema } from '../api/contract/text.ts';
import { CallwrightError, messageOf } from '../base/errors.ts';
import { readEnvironment } from '../config/environment.ts';
import { readCommandConfig } from './environment.ts';

export interface Asked {
  /** Sent as JSON, unless it is a file. */
  body?: object | Blob;
  /** Of a file. */
  type?: string;
}

export interface ServerAccess {
  url: string;
  /** @throws CallwrightError in the server's own words, when it does not answer or refuses */
  ask(method: 'GET' | 'POST' | 'DELETE', path: string, asked?: Asked): Promise<Response>;
}

export async function openServerAccess(): Promise<ServerAccess> {
  const { CALLWRIGHT_URL: given, CALLWRIGHT_KEY: key } = readEnvironment(existsSync('.env') ? '.env' : null);
  const { url, usualKey } = given ? { url: given.replace(/\/+$/, ''), usualKey: null } : await findOwnServer();
  const used = key || usualKey;
  return {
    url,
    async ask(method, path, { body, type = 'application/json' } = {}) {
      const response = await fetch(`${url}${path}`, {
        method,
        headers: {
          ...(used ? { authorization: `Bearer ${used}` } : {}),
          ...(body === undefined ? {} : { 'content-type': type }),
        },
        ...(body === undefined ? {} : { body: body instanceof Blob ? body : JSON.stringify(body) }),
      }).catch((error: unknown) => {
        const cause = error instanceof Error && error.cause ? messageOf(error.cause) : messageOf(error);
        throw new CallwrightError('cli/no-answer', `No server answers on ${url}: ${cause}`);
      });
      if (!response.ok) throw await toRefusal(response);
      return response;
    },
  };
}

/** The server that was started in this folder, with its operator's key. */
async function findOwnServer(): Promise<{ url: string; usualKey: string | null }> {
  const { host, port, dataDir } = readCommandConfig();
  const key = await readFile(join(dataDir, 'secrets', 'operator-key'), 'utf8').catch(() => null);
  return { url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`, usualKey: key?.trim() ?? null };
}

/** What the API says, a line for each field. */
async function toRefusal(response: Response): Promise<CallwrightError> {
  const text = await response.text();
  const { data: problem } = problemSchema.safeParse(parse(text));
  if (!problem)
    return new CallwrightError('cli/refused', `${response.url} answered ${response.status}: ${text.slice(0, 500)}`);
  const fields = (problem.errors ?? []).map(({ field, message }) => `  ${field}: ${message}`);
  const first = `${problem.status} ${problem.code}: ${problem.detail} (${problem.request_id})`;
  return new CallwrightError('cli/refused', [first, ...fields].join('\n'));
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
