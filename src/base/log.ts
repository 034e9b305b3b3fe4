/** Structured log lines: the message is a fixed string, values are fields, personal data sits under `pii`. */
import { type Logger as PinoLogger, pino } from 'pino';
import pretty from 'pino-pretty';

/** Values of a log line; whatever can tell who a person is goes under `pii`, which is redacted by default. */
export type LogFields = { pii?: Record<string, unknown> } & Record<string, unknown>;

export interface Logger {
  debug(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
  /** A logger that adds these fields to each of its lines. */
  child(fields: LogFields): Logger;
}

export interface LogOptions {
  level: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent';
  /** Whether personal data is written as it is. */
  logPii: boolean;
  /** Lines for a person at a terminal instead of JSON. */
  pretty: boolean;
  /** Where lines go; the standard output by default. */
  destination?: NodeJS.WritableStream;
}

export function createLogger(options: LogOptions): Logger {
  const settings = {
    level: options.level,
    base: null,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    ...(options.logPii ? {} : { redact: { paths: ['pii'], censor: '[redacted]' } }),
  };
  const destination = options.destination ?? process.stdout;
  const stream = options.pretty
    ? pretty({ destination, colorize: process.stdout.isTTY === true, sync: true })
    : destination;
  return pino(settings, stream) satisfies PinoLogger;
}

/** A logger that says nothing, for tests that do not look at the log. */
export const silentLogger: Logger = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  child: () => silentLogger,
};
