import { describe, expect, it } from 'vitest';
import { createSeededRandom } from '../base/random.ts';
import { encodeMulaw, mulawSilence } from './mulaw.ts';
import { createVoiceActivity } from './voice-activity.ts';

const frameSamples = 160;
const toPeak = (db: number) => 32_767 * 10 ** (db / 20);

/** A voice-like buzz, or a hum, at a level below the loudest. */
const tone = (ms: number, db: number, hz = 180) =>
  Int16Array.from({ length: ms * 8 }, (_, at) => Math.trunc(toPeak(db) * Math.sin((2 * Math.PI * hz * at) / 8000)));
const random = createSeededRandom(7);
const noise = (ms: number, db: number) =>
  Int16Array.from({ length: ms * 8 }, () => Math.trunc((random.fraction() * 2 - 1) * Math.sqrt(1.5) * toPeak(db)));
const silence = (ms: number) => new Int16Array(ms * 8);
const over = (first: Int16Array, second: Int16Array) => first.map((sample, at) => sample + (second[at] ?? 0));

/** When speech began and ended, in ms at the end of the frame that said so. */
function hear(...pieces: Int16Array[]) {
  const voice = createVoiceActivity();
  const all = Int16Array.from(pieces.flatMap((piece) => [...piece]));
  const sound = encodeMulaw(all);
  const changes: [string, number][] = [];
  for (let at = 0; at + frameSamples <= sound.length; at += frameSamples) {
    const change = voice.hear(sound.subarray(at, at + frameSamples));
    if (change) changes.push([change, (at + frameSamples) / 8]);
  }
  return changes;
}

describe('whether somebody may be speaking', () => {
  it.each([
    ['on a silent line', [silence(1000), tone(500, -20), silence(600)]],
    ['softly', [silence(1000), tone(500, -38), silence(600)]],
    ['above the noise of a street', [noise(1000, -45), over(noise(500, -45), tone(500, -25)), noise(600, -45)]],
  ])('is known 60 ms after they begin and 300 ms after they end, %s', (_where, pieces) => {
    expect(hear(...pieces)).toEqual([
      ['began', 1060],
      ['ended', 1800],
    ]);
  });

  it('is known from the very first word of a call', () => {
    expect(hear(tone(500, -20), silence(600))[0]).toEqual(['began', 60]);
  });

  it('is not so for a cough, a click, or a hiss that is softer than anybody speaks', () => {
    expect(hear(silence(500), tone(40, -10), silence(500), tone(20, -3), silence(500), noise(1000, -50))).toEqual([]);
  });

  it('goes on over the pauses between words', () => {
    const word = () => [tone(300, -22), silence(240)];
    expect(hear(silence(200), ...word(), ...word(), ...word(), silence(600))).toEqual([
      ['began', 260],
      ['ended', 200 + 3 * 540 - 240 + 300],
    ]);
  });

  it('is over for a hum that does not end, which becomes the noise of the line; speech above it is still known', () => {
    const changes = hear(tone(6000, -30, 120), over(tone(600, -30, 120), tone(600, -14)), tone(1000, -30, 120));
    expect(changes.map(([change]) => change)).toEqual(['began', 'ended', 'began', 'ended']);
    expect(changes[1]![1]).toBeLessThan(3200);
    expect(changes[2]![1]).toBeGreaterThanOrEqual(6060);
    expect(changes[2]![1]).toBeLessThan(6120);
  });

  it('hears nothing in the silence of a dead line, or in no sound at all', () => {
    const voice = createVoiceActivity();
    expect(voice.hear(new Uint8Array(0))).toBeNull();
    for (let frame = 0; frame < 500; frame += 1) {
      expect(voice.hear(new Uint8Array(frameSamples).fill(mulawSilence))).toBeNull();
    }
  });
});
