import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toKeyTones } from './key-tones.ts';
import { encodeMulaw, telephoneHz } from './mulaw.ts';
import { toNoiseSamples } from './noise.ts';
import { toToneSamples } from './tone.ts';
import { createToneEar, type MachineTone } from './tone-ear.ts';

const frame = 160;

/** What is heard in these sounds, one behind the other, and a moment of silence. */
function hearIn(...sounds: Uint8Array[]): MachineTone[] {
  const ear = createToneEar();
  const all = Buffer.concat([...sounds, new Uint8Array(1600).fill(0xff)]);
  const heard: MachineTone[] = [];
  for (let at = 0; at + frame <= all.length; at += frame) {
    const tone = ear.hear(all.subarray(at, at + frame));
    if (tone) heard.push(tone);
  }
  return heard;
}

const tone = (hz: number | number[], ms: number, loudness = 0.3) =>
  encodeMulaw(toToneSamples({ frequenciesHz: [hz].flat(), ms, sampleRateHz: telephoneHz, loudness }));
const silence = (ms: number) => new Uint8Array(ms * 8).fill(0xff);

/** The lowest bit of each byte carries something else. */
const withBits = (sound: Uint8Array) => sound.map((byte, at) => (byte & 0xfe) | ((at * 7) % 3 === 0 ? 1 : 0));

/** A tone with a voice's overtones. */
function hum(hz: number, ms: number): Uint8Array {
  const samples = Int16Array.from({ length: ms * 8 }, (_, at) => {
    const phase = (2 * Math.PI * hz * at) / telephoneHz;
    return 5000 * Math.sin(phase) + 3000 * Math.sin(2 * phase) + 1500 * Math.sin(3 * phase);
  });
  return encodeMulaw(samples);
}

describe('the ear for tones', () => {
  it.each([
    ['a beep', [tone(1000, 1000)], ['beep']],
    ['a short, high one', [tone(1400, 200)], ['beep']],
    ['a quiet one', [tone(440, 500, 0.05)], ['beep']],
    ['one with other things in its lowest bits', [withBits(tone(1000, 400))], ['beep']],
    ['two of them', [tone(850, 300), silence(200), tone(850, 300)], ['beep', 'beep']],
    ['a fax that answers', [tone(2100, 3000)], ['fax']],
    ['a fax that calls', [tone(1100, 500), silence(3000), tone(1100, 500)], ['fax', 'fax']],
    ['a click', [tone(1000, 60)], []],
    ['a tone that never ends', [tone(1000, 4000)], []],
    ['dialling', [tone([350, 440], 2000)], []],
    ['ringing', [tone([440, 480], 2000)], []],
    ['a busy line', [tone([480, 620], 500), silence(500), tone([480, 620], 500)], []],
    ['keys', [toKeyTones('0123456789*#')], []],
    ['a hum', [hum(220, 1000), hum(440, 1000)], []],
    ['noise', [encodeMulaw(toNoiseSamples({ burstsMs: [500, 500], gapMs: 100, sampleRateHz: telephoneHz }))], []],
    ['nothing', [silence(1000)], []],
  ])('hears %s', (_, sounds, heard) => {
    expect(hearIn(...sounds)).toEqual(heard);
  });

  it('tells of a beep when it is over, so that a message does not begin under it', () => {
    const ear = createToneEar();
    const beep = tone(1000, 400);
    const pieces = Array.from({ length: beep.length / frame }, (_, at) => beep.subarray(at * frame, (at + 1) * frame));
    const heard = [...pieces, silence(20)].map((piece) => ear.hear(piece));
    // In its last frame it fades.
    expect(heard.indexOf('beep')).toBeGreaterThanOrEqual(pieces.length - 1);
  });

  it('hears every beep of a mailbox, at every pitch, length and loudness, and none in two tones', () => {
    const pitch = fc.integer({ min: 360, max: 1880 }).filter((hz) => Math.abs(hz - 1100) > 60);
    const shape = {
      ms: fc.integer({ min: 220, max: 1500 }),
      loudness: fc.double({ min: 0.05, max: 0.9, noNaN: true }),
    };
    fc.assert(
      fc.property(pitch, fc.record(shape), (hz, { ms, loudness }) => {
        expect(hearIn(silence(35), tone(hz, ms, loudness))).toEqual(['beep']);
        expect(hearIn(tone([hz, hz * 1.3], ms, loudness))).toEqual([]);
      }),
    );
  });

  it('takes whatever sound it is given', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 240 }), (sound) => {
        expect([null, 'beep', 'fax']).toContain(createToneEar().hear(sound));
      }),
    );
  });
});
