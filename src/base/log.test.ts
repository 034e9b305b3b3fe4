import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { createLogger, type LogOptions } from './log.ts';

function capture(options: Partial<LogOptions> = {}) {
  let text = '';
  const destination = new Writable({
    write(chunk, _encoding, done) {
      text += String(chunk);
      done();
    },
  });
  const log = createLogger({ level: 'info', logPii: false, pretty: false, ...options, destination });
  return { log, text: () => text };
}

describe('the log', () => {
  it('writes one line of JSON with the message and its fields', () => {
    const { log, text } = capture();
    log.child({ callId: 'call_1' }).info({ status: 'ringing' }, 'call status received');
    expect(JSON.parse(text())).toMatchObject({ callId: 'call_1', status: 'ringing', msg: 'call status received' });
    expect(JSON.parse(text()).time).toMatch(/^\d{4}-.*Z$/);
  });

  it.each([false, true])('redacts what can tell who a person is (for people: %s)', (pretty) => {
    const { log, text } = capture({ pretty });
    log.info({ pii: { to: '+15550101', parameters: { customerName: 'Sarah' } } }, 'placing a call');
    log.child({ pii: { to: '+15550102' } }).warn({}, 'a child remembers');
    log.child({ pii: { to: '+15550103' } }).warn({ pii: { to: '+15550104' } }, 'a child adds');
    expect(text()).not.toMatch(/Sarah|1555/);
    expect(text()).toContain('[redacted]');
  });

  it('writes it as it is when the operator asked for that', () => {
    const { log, text } = capture({ logPii: true });
    log.info({ pii: { to: '+15550101' } }, 'placing a call');
    expect(JSON.parse(text()).pii).toEqual({ to: '+15550101' });
  });

  it('keeps quiet below its level', () => {
    const { log, text } = capture({ level: 'warn' });
    log.info({}, 'not written');
    expect(text()).toBe('');
  });
});
