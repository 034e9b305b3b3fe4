import { describe, expect, it } from 'vitest';
import type { SpokenSound } from '../../audio/spoken-sound.ts';
import { createWordEar, type WordEvent } from '../../audio/word-bits.ts';
import { createFakeClock } from '../../base/clock.ts';
import { sketchSpeech } from '../voices/sketch-voice.ts';
import { createSpeakingLine, type SpokenChunk } from './speaking-line.ts';
import { listen } from './testing/virtual-vendors.ts';

const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

/** A line whose synthesizer answers only when told to. */
function createLine(delays = { firstSoundMs: 0, soundSpeed: Number.POSITIVE_INFINITY }) {
  const clock = createFakeClock();
  const waiting: (() => void)[] = [];
  const chunks: SpokenChunk[] = [];
  const synthesize = (text: string, voice: string) =>
    new Promise<SpokenSound>((resolve) => waiting.push(() => resolve(sketchSpeech(text, voice))));
  const line = createSpeakingLine({ clock, delays, synthesize }, { voice: 'v', send: (chunk) => chunks.push(chunk) });
  const answer = async () => {
    waiting.shift()?.();
    await settle();
  };
  const sound = () => Buffer.concat(chunks.map((chunk) => chunk.sound));
  return { clock, line, answer, chunks, sound };
}

describe('a speaking line', () => {
  it('numbers the words of one utterance on through all its pieces, and those of the next anew', async () => {
    const { line, answer, sound } = createLine();
    line.say('One two. ');
    line.say('Three.');
    line.beginUtterance();
    line.say('Four.');
    for (let piece = 0; piece < 3; piece += 1) await answer();
    const heard: WordEvent[] = [];
    createWordEar((event) => event.type === 'word-heard' && heard.push(event)).hear(sound());
    expect(heard.map(({ text, index }) => [text, index])).toEqual([
      ...[
        ['One', 0],
        ['two.', 1],
        ['Three.', 2],
      ],
      ['Four.', 0],
    ]);
    expect(new Set(heard.map(({ utterance }) => utterance)).size).toBe(2);
  });

  it('counts time on through the pieces of an utterance', async () => {
    const { line, answer, chunks, sound } = createLine();
    line.say('One two. ');
    line.say('Three.');
    await answer();
    const firstMs = sound().length / 8;
    await answer();
    const three = chunks.flatMap(({ words }) => words).find(({ text }) => text === 'Three.');
    expect(three?.startMs).toBeGreaterThanOrEqual(firstMs);
    expect(listen(sound().subarray((three?.startMs ?? 0) * 8)).text).toBe('Three.');
  });

  it('never sends what was cleared while it was being made', async () => {
    const { line, answer, sound } = createLine();
    let isReached = false;
    line.say('Never mind.');
    line.after(() => {
      isReached = true;
    });
    line.clear();
    line.say('Well.');
    await answer();
    expect([sound().length, isReached]).toEqual([0, false]);
    await answer();
    expect(listen(sound()).text).toBe('Well.');
  });

  it('does what is to be done after a piece when all of it has been sent', async () => {
    const { line, answer, clock, chunks } = createLine({ firstSoundMs: 80, soundSpeed: 10 });
    const told: number[] = [];
    line.say('This takes more than one chunk.');
    line.after(() => told.push(chunks.length));
    await answer();
    expect(chunks).toHaveLength(0);
    clock.advance(80);
    expect(chunks).toHaveLength(1);
    clock.advance(20);
    expect(chunks).toHaveLength(2);
    expect(told).toEqual([]);
    clock.advance(1000);
    expect(told).toEqual([chunks.length]);
    expect(clock.pendingTimers).toBe(0);
  });
});
