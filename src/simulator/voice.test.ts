import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../base/clock.ts';
import type { HeardUtterance } from './call-record.ts';
import { type Utterance, Voice } from './voice.ts';

function utteranceOf(pending: string, changes: Partial<Utterance> = {}): Utterance {
  return { source: 'relay', pending, closed: true, interruptible: 'any', preemptible: false, ...changes };
}

function setUp() {
  const clock = createFakeClock(0);
  const voice = new Voice(clock);
  const words: { word: string; atMs: number }[] = [];
  const ended: HeardUtterance[] = [];
  voice.listen({
    heard: (word, atMs) => words.push({ word, atMs }),
    ended: (_utterance, heard) => ended.push(heard),
  });
  return { clock, voice, words, ended };
}

describe('the voice', () => {
  it('speaks 15 characters a second after a short start', () => {
    const { clock, voice, words, ended } = setUp();
    voice.add(utteranceOf('Hello there, Sarah.'));
    clock.advance(10_000);
    expect(words.map(({ word }) => word)).toEqual(['Hello ', 'there, ', 'Sarah.']);
    expect(words.at(-1)?.atMs).toBeCloseTo(300 + (19 / 15) * 1000, -1);
    expect(ended).toMatchObject([{ text: 'Hello there, Sarah.', cutOff: '', end: 'played' }]);
  });

  it('tells at an interruption which whole words were heard and for how long it had spoken', () => {
    const { clock, voice, ended } = setUp();
    voice.add(utteranceOf('one two three four'));
    clock.advance(300 + 533 + 100);
    expect(voice.cut('interrupted')).toEqual({ heard: 'one two ', playedMs: 633 });
    expect(ended).toMatchObject([{ text: 'one two ', cutOff: 'three four', end: 'interrupted' }]);
    expect(clock.pendingTimers).toBe(0);
  });

  it('waits for the rest of a word that comes in two tokens', () => {
    const { clock, voice, words } = setUp();
    const growing = utteranceOf('Good mor', { closed: false });
    voice.add(growing);
    clock.advance(5000);
    expect(words.map(({ word }) => word)).toEqual(['Good ']);
    voice.append(growing, 'ning', true);
    clock.advance(5000);
    expect(words.map(({ word }) => word)).toEqual(['Good ', 'morning']);
  });

  it('does not speak markup, even when a tag is split', () => {
    const { clock, voice, words } = setUp();
    const growing = utteranceOf('wait <bre', { closed: false });
    voice.add(growing);
    clock.advance(1000);
    voice.append(growing, 'ak time="1s"/>please', true);
    clock.advance(5000);
    expect(words.map(({ word }) => word).join('')).toBe('wait please');
  });

  it('cuts only what may be cut', () => {
    const { clock, voice, ended } = setUp();
    voice.add(utteranceOf('first', { preemptible: true }));
    voice.add(utteranceOf('second'));
    clock.advance(350);
    voice.cut('preempted', (utterance) => utterance.preemptible);
    clock.advance(5000);
    expect(ended.map(({ text, end }) => [text, end])).toEqual([
      ['', 'preempted'],
      ['second', 'played'],
    ]);
  });

  it('speaks every text to the end however it is cut into tokens', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: fc.constantFrom('a', 'é', ' ', '.', '語', '\n') })), (tokens) => {
        const { clock, voice, words, ended } = setUp();
        const growing = utteranceOf('', { closed: false });
        voice.add(growing);
        for (const token of tokens) {
          voice.append(growing, token, false);
          clock.advance(50);
        }
        voice.append(growing, '', true);
        clock.advance(1_000_000);
        expect(words.map(({ word }) => word.trim()).join('')).toBe(tokens.join('').replace(/\s/g, ''));
        expect(ended).toHaveLength(1);
        expect(clock.pendingTimers).toBe(0);
      }),
    );
  });
});
