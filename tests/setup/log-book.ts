/** A log that a test can read and wait for. */
import { Writable } from 'node:stream';
import { createLogger, type Logger, type LogOptions } from '../../src/base/log.ts';

export type LogLine = { msg: string } & Record<string, unknown>;

export interface LogBook {
  log: Logger;
  lines: readonly LogLine[];
  /** Everything as it was written. */
  text(): string;
  /** The first line that `isIt`, as soon as there is one. */
  when(isIt: (line: LogLine) => boolean): Promise<LogLine>;
}

export function createLogBook(options: Partial<LogOptions> = {}): LogBook {
  const lines: LogLine[] = [];
  const written: string[] = [];
  const waiting = new Map<(line: LogLine) => boolean, (line: LogLine) => void>();
  const destination = new Writable({
    write(chunk, _encoding, done) {
      written.push(String(chunk));
      for (const text of String(chunk).split('\n').filter(Boolean)) {
        const line = JSON.parse(text) as LogLine;
        lines.push(line);
        for (const [isIt, found] of waiting) {
          if (isIt(line) && waiting.delete(isIt)) found(line);
        }
      }
      done();
    },
  });
  return {
    log: createLogger({ level: 'info', logPii: false, pretty: false, destination, ...options }),
    lines,
    text: () => written.join(''),
    when: (isIt) =>
      new Promise((resolve) => {
        const earlier = lines.find(isIt);
        if (earlier) resolve(earlier);
        else waiting.set(isIt, resolve);
      }),
  };
}
