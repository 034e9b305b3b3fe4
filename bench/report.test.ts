import { describe, expect, it } from 'vitest';
import { createSamples, watchStalls } from './load/samples.ts';
import { median, toVerdict } from './report.ts';

describe('the report', () => {
  it('takes the middle of the rounds and leaves out those without a figure', () => {
    expect(median([9, null, 1, 2])).toBe(2);
    expect(median([1, 4])).toBe(2.5);
    expect(median([null])).toBeNull();
  });

  it('says how far a figure is from its target', () => {
    expect(toVerdict(1, 2)).toBe('met');
    expect(toVerdict(5, 2)).toBe('missed by 3 (2.5×)');
    expect(toVerdict(3, 0)).toBe('missed by 3');
    expect(toVerdict(null, 2)).toBe('not measured');
    expect(toVerdict(5, 2, true)).toBe('met');
  });
});

describe('samples', () => {
  it('are left out and counted when the load stood still meanwhile', () => {
    const stalls = watchStalls();
    const samples = createSamples(stalls);
    const before = performance.now();
    while (performance.now() < before + 20);
    const after = performance.now();
    samples.add(before, after);
    samples.add(after + 10, after + 12);
    samples.add(before - 1000, after);
    stalls.stop();
    const figures = samples.figures();
    expect(figures).toMatchObject({ count: 2, leftOut: 1 });
    expect(figures.p50).toBeCloseTo(2, 1);
    expect(stalls.stalls).toBeGreaterThan(0);
  });
});
