import { describe, expect, it } from 'vitest';
import { toLoudness } from './loudness.ts';
import { encodeMulaw, mulawSilence } from './mulaw.ts';
import { toSpeechSound } from './speech-sound.ts';
import { toToneSamples } from './tone.ts';
import { mixSamples, toWav } from './wav.ts';

describe('a tone', () => {
  it('crosses zero twice in every period and stays below its loudness', () => {
    const samples = toToneSamples({ frequenciesHz: [500], ms: 1000, sampleRateHz: 8000, loudness: 0.25 });
    let crossings = 0;
    for (let at = 1; at < samples.length; at += 1) if (samples[at - 1]! >= 0 !== samples[at]! >= 0) crossings += 1;
    expect(samples).toHaveLength(8000);
    expect(crossings).toBeGreaterThanOrEqual(998);
    expect(crossings).toBeLessThanOrEqual(1001);
    expect(Math.max(...samples)).toBeLessThanOrEqual(32_767 / 4);
    expect(Math.max(...samples)).toBeGreaterThan(32_767 / 4 - 100);
  });
});

describe('a speech sound', () => {
  const sound = toSpeechSound({ text: 'Hello there', ms: 1100, pitchHz: 120 });

  it('is as long as told, loud in letters and silent in spaces', () => {
    expect(sound).toHaveLength(8800);
    expect(toLoudness(sound.subarray(0, 4000))).toBeGreaterThan(500);
    expect(sound.subarray(4000, 4800).every((byte) => byte === mulawSilence)).toBe(true);
    expect(toLoudness(sound.subarray(4800))).toBeGreaterThan(500);
  });

  it('is the same again for the same text and another one for another voice', () => {
    expect(toSpeechSound({ text: 'Hello there', ms: 1100, pitchHz: 120 })).toEqual(sound);
    expect(toSpeechSound({ text: 'Hello there', ms: 1100, pitchHz: 200 })).not.toEqual(sound);
  });

  it('of no words is nothing or silence', () => {
    expect(toSpeechSound({ text: '', ms: 0, pitchHz: 120 })).toHaveLength(0);
    expect(toLoudness(toSpeechSound({ text: ' . ', ms: 100, pitchHz: 120 }))).toBe(0);
  });
});

describe('loudness', () => {
  it('is nothing for silence and follows the sound', () => {
    const loudnessAt = (loudness: number) =>
      toLoudness(encodeMulaw(toToneSamples({ frequenciesHz: [440], ms: 20, sampleRateHz: 8000, loudness })));
    expect(toLoudness(new Uint8Array(160).fill(mulawSilence))).toBe(0);
    expect(toLoudness(new Uint8Array())).toBe(0);
    expect(loudnessAt(0.5)).toBeGreaterThan(3 * loudnessAt(0.1));
  });
});

describe('a WAV file', () => {
  it('says what it holds and interleaves its channels', () => {
    const file = Buffer.from(toWav([Int16Array.of(1, -2, 3), Int16Array.of(-4)], 8000));
    expect(file.subarray(0, 4).toString()).toBe('RIFF');
    expect(file.readUInt32LE(4)).toBe(file.length - 8);
    expect(file.subarray(8, 16).toString()).toBe('WAVEfmt ');
    expect([file.readUInt16LE(20), file.readUInt16LE(22), file.readUInt32LE(24)]).toEqual([1, 2, 8000]);
    expect([file.readUInt32LE(28), file.readUInt16LE(32), file.readUInt16LE(34)]).toEqual([32_000, 4, 16]);
    expect(file.readUInt32LE(40)).toBe(12);
    const samples = Array.from({ length: 6 }, (_, at) => file.readInt16LE(44 + at * 2));
    expect(samples).toEqual([1, -4, -2, 0, 3, 0]);
  });

  it('can hold no sound at all', () => {
    expect(toWav([new Int16Array()], 8000)).toHaveLength(44);
  });
});

describe('mixing', () => {
  it('adds and never overflows', () => {
    expect(Array.from(mixSamples([Int16Array.of(30_000, 1, -30_000), Int16Array.of(30_000, 2, -30_000, 4)]))).toEqual([
      32_767, 3, -32_768, 4,
    ]);
  });
});
