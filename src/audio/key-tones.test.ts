import { expect, it } from 'vitest';
import { toKeyTones } from './key-tones.ts';
import { bytesPerMs, decodeMulaw, mulawSilence, telephoneHz } from './mulaw.ts';

/** How strongly a frequency sounds, by Goertzel. */
function strength(samples: Int16Array, hz: number): number {
  const turn = 2 * Math.cos((2 * Math.PI * hz) / telephoneHz);
  let [one, two] = [0, 0];
  for (const sample of samples) [one, two] = [sample + turn * one - two, one];
  return one * one + two * two - turn * one * two;
}

const all = [697, 770, 852, 941, 1209, 1336, 1477];
const loudest = (sound: Uint8Array) => {
  const samples = decodeMulaw(sound.subarray(0, 100 * bytesPerMs));
  const byStrength = all.toSorted((one, other) => strength(samples, other) - strength(samples, one));
  return byStrength.slice(0, 2).toSorted((one, other) => one - other);
};

it.each([
  ['1', [697, 1209]],
  ['5', [770, 1336]],
  ['9', [852, 1477]],
  ['*', [941, 1209]],
  ['0', [941, 1336]],
  ['#', [941, 1477]],
])('the key %s sounds as its two tones', (key, tones) => {
  expect(loudest(toKeyTones(key))).toEqual(tones);
});

it('keys are apart, a w is half a second of silence, and what is no key makes no sound', () => {
  expect(toKeyTones('12').length).toBe(2 * 200 * bytesPerMs);
  const wait = toKeyTones('w');
  expect([wait.length, new Set(wait)]).toEqual([500 * bytesPerMs, new Set([mulawSilence])]);
  expect(toKeyTones('x!').length).toBe(0);
});
