/** The settings of a command: the environment, and below it the file .env of the current folder. */
import { existsSync } from 'node:fs';
import { readEnvironment } from '../config/environment.ts';
import { type Config, readConfig } from '../config/read-config.ts';

/** @throws BadSettings */
export function readCommandConfig(changes: Partial<Config> = {}): Config {
  return { ...readConfig(readEnvironment(existsSync('.env') ? '.env' : null)), ...changes };
}
