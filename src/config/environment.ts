/** The only reader of process.env. */
import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import type { Environment } from './read-config.ts';

/** The process's environment over the values of a file. */
export function readEnvironment(file: string | null): Environment {
  const fromFile = file === null ? {} : parseEnv(readFileSync(file, 'utf8'));
  return { ...fromFile, ...process.env };
}
