import fc from 'fast-check';
import { expect, it } from 'vitest';
import { priceOf } from './testing/price-of.ts';
import { usualPrices } from './usual-prices.ts';
import { type CallShape, type LineVendors, worstCaseOf } from './worst-case.ts';

const at = Date.UTC(2026, 5, 1);
const nobody: LineVendors = { ears: null, mouth: null, model: null, agent: null };
const shape = (changes: Partial<CallShape> = {}): CallShape => ({
  carrier: 'twilio',
  number: { e164: '+12125551234', countries: ['US'], kind: 'FIXED_LINE_OR_MOBILE' },
  direction: 'outbound',
  line: 'relay',
  longestSeconds: 90,
  carrierRecords: false,
  carrierTranscribes: false,
  detectsMachines: false,
  vendors: [{ ...nobody, model: 'callwright/scripted' }],
  ...changes,
});
const worst = (changes: Partial<CallShape> = {}, own = [] as Parameters<typeof priceOf>[0][]) =>
  worstCaseOf(shape(changes), { all: [...own.map(priceOf), ...usualPrices], currency: 'USD' }, at);

it('adds what the carrier takes for begun minutes to the dearest way to speak', () => {
  expect(worst()).toEqual({ micros: 2 * (14_000 + 70_000), knownMicros: 168_000, missing: [] });
  expect(worst({ carrierRecords: true, detectsMachines: true }).micros).toBe(168_000 + 2 * 2500 + 7500);
  const cascade = {
    ...nobody,
    ears: 'deepgram/nova-3',
    mouth: 'deepgram/aura-2-thalia-en',
    model: 'callwright/scripted',
  };
  const agent = { ...nobody, agent: 'elevenlabs/agent' };
  const carrier = 2 * (14_000 + 4000);
  const cascadeMicros = 11_550 + 2 * 2000 * 30;
  expect(worst({ line: 'media', vendors: [cascade] }).micros).toBe(carrier + cascadeMicros);
  expect(worst({ line: 'media', vendors: [cascade, agent] }).micros).toBe(carrier + 150_000);
});

it('is unknown when any part of any way to speak has no price, and says which', () => {
  const mouth = { ...nobody, ears: 'deepgram/nova-3', mouth: 'cartesia/sonic-3', model: 'callwright/scripted' };
  expect(worst({ line: 'media', vendors: [mouth] })).toEqual({
    micros: null,
    knownMicros: 2 * 18_000 + 11_550,
    missing: ['text_to_speech_character of cartesia (sonic-3)'],
  });
  const own = { vendor: 'cartesia', item: 'text_to_speech_character', priceMicros: 50, per: 1 } as const;
  expect(worst({ line: 'media', vendors: [mouth] }, [own]).micros).toBe(2 * 18_000 + 11_550 + 4000 * 50);
  const abroad = { e164: '+447700900123', countries: ['GB'], kind: 'MOBILE' };
  expect(worst({ number: abroad })).toMatchObject({ micros: null, missing: ['call_minute of twilio'] });
});

it('never falls when a call may be longer', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 14_400 }), fc.integer({ min: 0, max: 600 }), (seconds, more) => {
      const short = worst({ longestSeconds: seconds }).knownMicros;
      expect(worst({ longestSeconds: seconds + more }).knownMicros).toBeGreaterThanOrEqual(short);
    }),
  );
});
