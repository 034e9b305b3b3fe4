import { expect, it } from 'vitest';
import { createGate, TooBusy } from './gate.ts';

/** Work that ends when it is told to. */
function createJob() {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { work: () => promise, end: resolve };
}

it('lets two in at once, two wait, and refuses the rest', async () => {
  const gate = createGate(2, 2);
  const jobs = Array.from({ length: 4 }, createJob);
  const started: number[] = [];
  const runs = jobs.map(({ work }, n) =>
    gate(() => {
      started.push(n);
      return work();
    }),
  );
  await expect(gate(async () => {})).rejects.toThrow(TooBusy);
  expect(started).toEqual([0, 1]);
  jobs[1]?.end();
  await runs[1];
  expect(started).toEqual([0, 1, 2]);
  for (const { end } of jobs) end();
  await Promise.all(runs);
  expect(started).toEqual([0, 1, 2, 3]);
});

it('lets the next in when work fails', async () => {
  const gate = createGate(1, 1);
  const failing = gate(() => Promise.reject(new Error('broken')));
  const next = gate(async () => 'done');
  await expect(failing).rejects.toThrow('broken');
  expect(await next).toBe('done');
  expect(await gate(async () => 'again')).toBe('again');
});
