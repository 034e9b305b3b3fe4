import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSeededRandom } from '../base/random.ts';
import { decodeMulaw, decodeMulawByte, encodeMulaw, mulawSilence } from './mulaw.ts';
import { toSpeechSound } from './speech-sound.ts';
import type { SpokenSound } from './spoken-sound.ts';
import { createWordEar, type WordEvent, writeWords } from './word-bits.ts';

const frameBytes = 160;
const wordMs = 300;
const gapMs = 100;

/** Each word sounds for 300 ms, with 100 ms of silence behind it. */
function speak(...texts: string[]): SpokenSound {
  const sounds = texts.map((text) => toSpeechSound({ text: text || 'x', ms: wordMs, pitchHz: 120 }));
  const silence = new Uint8Array(gapMs * 8).fill(mulawSilence);
  const words = texts.map((text, at) => {
    const startMs = at * (wordMs + gapMs);
    return { text, startMs, endMs: startMs + wordMs };
  });
  return { sound: Buffer.concat(sounds.flatMap((sound) => [sound, silence])), words };
}

function listen(...pieces: Uint8Array[]) {
  const events: WordEvent[] = [];
  const ear = createWordEar((event) => events.push(event));
  for (const piece of pieces) ear.hear(piece);
  return { ear, events, told: events.map(({ type, text }) => `${type.slice(5)} ${text}`.trim()) };
}

const silence = (ms: number) => new Uint8Array(ms * 8).fill(mulawSilence);

describe('words in a sound', () => {
  it('are heard in order, each with its number, at the moment of its last sample', () => {
    const { sound, words } = writeWords(speak('Hello,', 'Sarah', 'Johnson.'), 7);
    const { events } = listen(sound);
    expect(events.map(({ type, text, index }) => [type, text, index])).toEqual(
      ['Hello,', 'Sarah', 'Johnson.'].flatMap((text, index) => [
        ['word-began', text, index],
        ['word-heard', text, index],
      ]),
    );
    expect(events.every(({ utterance }) => utterance === 7)).toBe(true);
    const heard = events.filter(({ type }) => type === 'word-heard');
    expect(heard.map(({ atMs }) => atMs)).toEqual(words.map(({ endMs }) => endMs));
    const began = events.filter(({ type }) => type === 'word-began');
    for (const [at, { atMs }] of began.entries()) expect(atMs - words[at]!.startMs).toBeLessThan(40);
  });

  it('are the same for pieces of any length, whatever the words', () => {
    const word = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 }).filter((text) => text.isWellFormed());
    fc.assert(
      fc.property(fc.array(word, { maxLength: 6 }), fc.integer({ min: 1, max: 500 }), (texts, length) => {
        const { sound } = writeWords(speak(...texts));
        const pieces: Uint8Array[] = [];
        for (let at = 0; at < sound.length; at += length) pieces.push(sound.subarray(at, at + length));
        const heard = listen(...pieces).events.filter(({ type }) => type === 'word-heard');
        expect(heard.map(({ text }) => text)).toEqual(texts);
        expect(listen(...pieces).events).toEqual(listen(sound).events);
      }),
      { numRuns: 60 },
    );
  });

  it('change no sample by more than one step and leave the rest alone', () => {
    const before = speak('Hello,', 'Sarah');
    const { sound } = writeWords(before);
    expect(sound.length).toBe(before.sound.length);
    for (const [at, byte] of sound.entries()) {
      const then = before.sound[at]!;
      const isQuiet = Math.abs(decodeMulawByte(byte)) <= 16 && Math.abs(decodeMulawByte(then)) <= 8;
      if (!isQuiet) expect(byte | 1).toBe(then | 1);
    }
    expect(before).toEqual(speak('Hello,', 'Sarah'));
  });

  it('survive a way through 16-bit samples', () => {
    const { sound } = writeWords(speak('Hello,', 'a-b', 'Sarah'), 3);
    expect(listen(encodeMulaw(decodeMulaw(sound))).events).toEqual(listen(sound).events);
  });

  it('make a sound longer that is too short for them, and tell the new times', () => {
    const { sound, words } = writeWords({
      sound: silence(2),
      words: ['a', 'b'].map((text) => ({ text, startMs: 0, endMs: 1 })),
    });
    expect(listen(sound).told).toEqual(['began a', 'heard a', 'began b', 'heard b']);
    expect(words[1]!.startMs).toBe(words[0]!.endMs);
    expect(words[1]!.endMs).toBeLessThanOrEqual(sound.length / 8);
  });

  it('of a speech that is made in pieces are counted on', () => {
    const pieces = [writeWords(speak('one', 'two'), 9), writeWords(speak('three'), 9, 2)];
    const { events } = listen(...pieces.map(({ sound }) => sound));
    const heard = events.filter(({ type }) => type === 'word-heard');
    expect(heard.map(({ utterance, index }) => [utterance, index])).toEqual([9, 9, 9].map((at, index) => [at, index]));
  });

  it('longer than 255 bytes lose their end, never half a character', () => {
    const { events } = listen(writeWords(speak('é'.repeat(200))).sound);
    expect(events.map(({ text }) => text)).toEqual(['é'.repeat(127), 'é'.repeat(127)]);
  });
});

describe('a sound that was spoiled', () => {
  const { sound } = writeWords(speak('one', 'two', 'three'), 1);
  const frames: Uint8Array[] = [];
  for (let at = 0; at < sound.length; at += frameBytes) frames.push(sound.subarray(at, at + frameBytes));

  it('with silence put in anywhere still has all its words', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: sound.length }), fc.integer({ min: 1, max: 900 }), (at, ms) => {
        const { events } = listen(sound.subarray(0, at), silence(ms), sound.subarray(at), silence(20));
        expect(events.flatMap(({ type, text }) => (type === 'word-heard' ? [text] : []))).toEqual([
          'one',
          'two',
          'three',
        ]);
      }),
    );
  });

  it('without one of its frames, left out or silent, has every word but the one that was in it', () => {
    for (const lost of frames.keys()) {
      for (const instead of [[], [silence(20)]]) {
        const { events } = listen(...frames.slice(0, lost), ...instead, ...frames.slice(lost + 1), silence(1100));
        const heard = events.filter(({ type }) => type === 'word-heard').map(({ text }) => text);
        const inGap = (lost * 20) % 400 >= 300;
        const missing = inGap ? null : ['one', 'two', 'three'][Math.floor((lost * 20) / 400)];
        expect(heard).toEqual(['one', 'two', 'three'].filter((text) => text !== missing));
        if (missing) expect(events.some(({ type }) => type === 'word-cut' || type === 'word-part')).toBe(true);
      }
    }
  });

  it('with one of its frames twice never has the word in it once and whole without a sign', () => {
    for (const again of frames.keys()) {
      if ((again * 20) % 400 >= 300) continue;
      const { events } = listen(...frames.slice(0, again + 1), ...frames.slice(again), silence(1100));
      const signs = events.filter(({ type }) => type === 'word-cut' || type === 'word-part');
      expect(signs.length, `frame ${again}`).toBeGreaterThan(0);
    }
  });

  it('that breaks off has its last word cut: by another, by a second of silence, or by being told', () => {
    const [half, other] = [sound.subarray(0, 1200), writeWords(speak('other'), 2).sound];
    expect(listen(half, other).told).toEqual(['began one', 'cut one', 'began other', 'heard other']);
    expect(listen(half, silence(999)).told).toEqual(['began one']);
    expect(listen(half, silence(1000)).told).toEqual(['began one', 'cut one']);
    const { ear, events } = listen(half);
    ear.breakOff();
    ear.breakOff();
    expect(events.map(({ type }) => type)).toEqual(['word-began', 'word-cut']);
  });

  it('broken off anywhere leaves nothing behind that the next word could complete', () => {
    const [one, other] = [writeWords(speak('alpha'), 1).sound, writeWords(speak('beta'), 2).sound];
    for (let cutAt = 1; cutAt < 300 * 8; cutAt += 1) {
      const { ear, events } = listen(one.subarray(0, cutAt));
      ear.breakOff();
      events.length = 0;
      ear.hear(other);
      expect(
        events.map(({ type }) => type),
        `cut at ${cutAt}`,
      ).toEqual(['word-began', 'word-heard']);
    }
  });

  it('goes stale visibly: one frame from the middle of a word, after another sound, is told with its number', () => {
    const other = writeWords(speak('other'), 2).sound;
    for (const stale of [5, 6, 7, 8, 10]) {
      const { events } = listen(other, frames[stale]!, silence(20));
      expect(events.at(-1), `frame ${stale}`).toMatchObject({ type: 'word-part', utterance: 1, index: 0 });
    }
  });
});

describe('a sound without words', () => {
  it('has none, be it noise, silence or speech that nothing was written into', () => {
    const random = createSeededRandom(5);
    const { ear, events } = listen(speak('one', 'two').sound, silence(500), new Uint8Array(8000).fill(0x7f));
    for (let second = 0; second < 60; second += 1) ear.hear(random.bytes(8000));
    expect(events).toEqual([]);
    expect(ear.heardMs).toBe(62_300);
  });
});
