/** The server that runs on the settings of this folder, asked with the operator's key. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CallwrightError } from '../base/errors.ts';
import type { Config } from '../config/read-config.ts';

export interface OwnServer {
  /** @throws CallwrightError with what is to be done, when there is no answer or no success */
  get<T>(path: string): Promise<T>;
}

export async function askOwnServer({ host, port, dataDir }: Config): Promise<OwnServer> {
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
  const key = await readFile(join(dataDir, 'secrets', 'operator-key'), 'utf8').catch(() => null);
  if (key === null) {
    throw new CallwrightError(
      'cli/no-key',
      `There is no operator's key in ${dataDir}: start the server first (npm start).`,
    );
  }
  const headers = { authorization: `Bearer ${key.trim()}` };
  return {
    async get<T>(path: string) {
      const answer = await fetch(url + path, { headers }).catch(() => null);
      if (answer === null) {
        throw new CallwrightError('cli/no-server', `No server answers on ${url}: start it first (npm start).`);
      }
      if (!answer.ok)
        throw new CallwrightError('cli/refused', `${url}${path} answered ${answer.status}: ${await answer.text()}`);
      return (await answer.json()) as T;
    },
  };
}
