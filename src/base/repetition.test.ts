import { expect, it } from 'vitest';
import { createFakeClock } from './clock.ts';
import type { Logger } from './log.ts';
import { silentLogger } from './log.ts';
import { createRepetition } from './repetition.ts';

const everyMs = 1000;

function start({ log = silentLogger as Logger, fails = false } = {}) {
  const clock = createFakeClock();
  const begun: { done(): void; signal: AbortSignal }[] = [];
  const repetition = createRepetition({ clock, log, everyMs, complaint: 'it did not work' }, (signal) => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    begun.push({ done: () => (fails ? reject(new Error('no')) : resolve()), signal });
    return promise;
  });
  /** Lets what is resolved be noticed. */
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  return { clock, begun, repetition, settle };
}

it('begins at once, and again so long after it was done, never twice at a time', async () => {
  const { clock, begun, repetition, settle } = start();
  repetition.start();
  clock.advance(10 * everyMs);
  expect(begun).toHaveLength(1);
  begun[0]?.done();
  await settle();
  clock.advance(everyMs - 1);
  expect(begun).toHaveLength(1);
  clock.advance(1);
  expect(begun).toHaveLength(2);
});

it('goes on after work that failed', async () => {
  const told: unknown[] = [];
  const log = { ...silentLogger, error: (...said: unknown[]) => void told.push(said) } as unknown as Logger;
  const { clock, begun, repetition, settle } = start({ log, fails: true });
  repetition.start();
  begun[0]?.done();
  await settle();
  clock.advance(everyMs);
  expect(begun).toHaveLength(2);
  expect(told).toEqual([[{ reason: 'no' }, 'it did not work']]);
});

it('stops: what is being done is waited for, told of it, and is the last', async () => {
  const { clock, begun, repetition, settle } = start();
  repetition.start();
  let isStopped = false;
  const stopped = repetition.stop().then(() => {
    isStopped = true;
  });
  await settle();
  expect([begun[0]?.signal.aborted, isStopped]).toEqual([true, false]);
  begun[0]?.done();
  await stopped;
  clock.advance(10 * everyMs);
  expect([begun.length, clock.pendingTimers]).toEqual([1, 0]);
});

it('starts no timer that would fire after it was stopped between two times', async () => {
  const { clock, begun, repetition, settle } = start();
  repetition.start();
  begun[0]?.done();
  await settle();
  await repetition.stop();
  expect([begun.length, clock.pendingTimers]).toEqual([1, 0]);
});
