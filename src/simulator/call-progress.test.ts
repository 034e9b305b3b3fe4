import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newCall, type ProgressEvent, stepProgress } from './call-progress.ts';

const anyEvent: fc.Arbitrary<ProgressEvent> = fc.oneof(
  fc.constantFrom<ProgressEvent>({ type: 'dialed' }, { type: 'rang' }, { type: 'answered' }),
  fc
    .constantFrom('completed', 'busy', 'failed', 'no-answer', 'canceled')
    .map((status) => ({ type: 'ended', status }) as ProgressEvent),
);

describe('the progress of a call', () => {
  it('tells initiated, ringing, in-progress and completed in order, counted from 0', () => {
    let progress = newCall;
    const told = [];
    for (const type of ['dialed', 'rang', 'answered'] as const) {
      const step = stepProgress(progress, { type });
      [progress] = step!;
      told.push(step![1]);
    }
    told.push(stepProgress(progress, { type: 'ended', status: 'completed' })![1]);
    expect(told).toEqual([
      { status: 'initiated', sequence: 0 },
      { status: 'ringing', sequence: 1 },
      { status: 'in-progress', sequence: 2 },
      { status: 'completed', sequence: 3 },
    ]);
  });

  it('whatever happens, sequence numbers have no gap and nothing follows the end', () => {
    fc.assert(
      fc.property(fc.array(anyEvent), (events) => {
        let progress = newCall;
        const told: { status: string; sequence: number }[] = [];
        for (const event of events) {
          const step = stepProgress(progress, event);
          if (!step) continue;
          expect(progress.phase).not.toBe('over');
          progress = step[0];
          told.push(step[1]);
        }
        expect(told.map((change) => change.sequence)).toEqual(told.map((_, index) => index));
      }),
    );
  });
});
