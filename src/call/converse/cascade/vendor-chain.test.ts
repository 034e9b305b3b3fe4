import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../../../base/clock.ts';
import { VendorFailed } from '../../../ports/vendor-failed.ts';
import { createVendorChain } from './vendor-chain.ts';

const refused = new VendorFailed('any', 'vendor/refused', 'no');
const broken = new VendorFailed('any', 'vendor/broken-stream', 'broke off');

describe('a chain of vendors', () => {
  it('asks the next one when one has failed, and who may be mended again when nobody else is left', () => {
    const chain = createVendorChain(['one', 'two'], createFakeClock());
    const asked = [chain.current, chain.failed(broken), chain.failed(broken), chain.failed(broken)];
    expect([...asked, chain.failed(broken), chain.current]).toEqual(['one', 'two', 'one', 'two', null, null]);
  });

  it('never asks again who has refused', () => {
    const chain = createVendorChain(['one', 'two'], createFakeClock());
    expect([chain.failed(refused), chain.failed(broken), chain.failed(refused)]).toEqual(['two', 'two', null]);
  });

  it('forgets the failures of a vendor that has worked for a minute since', () => {
    const clock = createFakeClock();
    const chain = createVendorChain(['one'], clock);
    for (let hour = 0; hour < 10; hour += 1) {
      expect(chain.failed(broken)).toBe('one');
      clock.advance(60_000);
    }
    expect(chain.failed(broken)).toBe('one');
    expect(chain.failed(broken)).toBeNull();
  });

  it('asks nobody any more when two have not answered in time, one soon after the other', () => {
    const late = new VendorFailed('any', 'vendor/timeout', 'late');
    const clock = createFakeClock();
    const chain = createVendorChain(['one', 'two', 'three'], clock);
    expect([chain.failed(late), chain.failed(broken), chain.failed(late)]).toEqual(['two', 'three', 'one']);
    clock.advance(4000);
    expect(chain.failed(late)).toBe('two');
    clock.advance(3999);
    expect([chain.failed(late), chain.current]).toEqual([null, null]);
  });

  it('comes to an end when all fail in a row, whatever they fail with', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 5 }), fc.array(fc.boolean(), { minLength: 10 }), (count, mends) => {
        const chain = createVendorChain(
          Array.from({ length: count }, (_, at) => at),
          createFakeClock(),
        );
        const left = mends.slice(0, 10).map((mend) => chain.failed(mend ? broken : refused));
        expect(left.at(-1)).toBeNull();
      }),
    );
  });
});
