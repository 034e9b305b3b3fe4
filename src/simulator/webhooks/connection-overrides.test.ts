import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseConnectionOverrides } from './connection-overrides.ts';

describe('connection overrides', () => {
  it('are Twilio’s own when the URL has none', () => {
    expect(parseConnectionOverrides('https://app.test/x?rc=5')).toEqual({
      ...{ connectMs: 5000, readMs: 15_000, totalMs: 15_000, retries: 1 },
      retryOn: new Set(['ct']),
    });
  });

  it('are read from the fragment', () => {
    expect(parseConnectionOverrides('https://app.test/x#ct=200&rt=5000&tt=9000&rc=3&rp=5xx,rt')).toEqual({
      ...{ connectMs: 200, readMs: 5000, totalMs: 9000, retries: 3 },
      retryOn: new Set(['rt', '5xx']),
    });
    expect(parseConnectionOverrides('https://app.test/x#rp=all').retryOn.size).toBe(4);
  });

  it('stay in range whatever the fragment says', () => {
    fc.assert(
      fc.property(fc.integer(), fc.string(), (number, text) => {
        const { connectMs, totalMs, retries } = parseConnectionOverrides(`x#ct=${number}&tt=${text}&rc=${number}`);
        expect(connectMs).toBeGreaterThanOrEqual(100);
        expect(connectMs).toBeLessThanOrEqual(10_000);
        expect(totalMs).toBeGreaterThanOrEqual(100);
        expect(totalMs).toBeLessThanOrEqual(15_000);
        expect([0, 1, 2, 3, 4, 5]).toContain(retries);
      }),
    );
  });
});
