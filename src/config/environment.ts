/** The only reader of process.env. */
import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { messageOf } from '../base/errors.ts';
import { BadSettings, type Environment } from './read-config.ts';

/** The process's environment over the values of a file. @throws BadSettings when the file cannot be read */
export function readEnvironment(file: string | null): Environment {
  return { ...(file === null ? {} : readEnvironmentFile(file)), ...process.env };
}

function readEnvironmentFile(file: string): Environment {
  try {
    return parseEnv(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new BadSettings([`The file ${file} cannot be read: ${messageOf(error)}`]);
  }
}
