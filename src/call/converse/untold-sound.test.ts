import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFakeAgent } from '../testing/fake-agent.ts';
import { keepUntold, nothingUntold, spokenFromMs, stepUntold, type UntoldEvent, UntoldSound } from './untold-sound.ts';

/** At ms of the person's sound. */
type At = [atMs: number, what: 'voice' | 'quiet' | Exclude<UntoldEvent['type'], 'voice'>];

function follow(moments: readonly At[]) {
  return moments.reduce((state, [atMs, what]) => {
    if (what === 'voice' || what === 'quiet')
      return stepUntold(state, { type: 'voice', active: what === 'voice', atMs });
    return stepUntold(state, { type: what, atMs });
  }, nothingUntold);
}

/** They sound from 2000 to 3000 ms. */
const began: At = [2060, 'voice'];
const spoke: At[] = [began, [3300, 'quiet']];

describe('what nobody has told yet', () => {
  it.each<[string, At[], number | null]>([
    ['nothing, when nobody spoke', [], null],
    ['a voice, from shortly before it', spoke, 1700],
    ['a voice that goes on', [began], 1700],
    ['nothing, when its words were told', [...spoke, [3500, 'stopped'], [3900, 'told']], null],
    ['nothing, when they were told without notice', [...spoke, [3900, 'told']], null],
    ['a voice that stopped and has no words yet', [...spoke, [3500, 'stopped']], 1700],
    ['a turn that nobody tells any more', [...spoke, [3500, 'stopped'], [3600, 'left'], [4000, 'told']], null],
    ['nothing, while the end of what was told still rings in our ear', [began, [3200, 'told']], null],
    ['a voice that went on since', [began, [3200, 'told'], [5000, 'quiet']], 3200],
    [
      'a voice that begins before the words of the turn before it came',
      [...spoke, [3500, 'stopped'], [4060, 'voice'], [4100, 'told']],
      3700,
    ],
    ['the same, where nobody says when a turn ends', [...spoke, [4060, 'voice'], [4100, 'told']], 3700],
    [
      'a voice that began just before the turn was said to be over',
      [...spoke, [3560, 'voice'], [3600, 'stopped'], [4100, 'told']],
      3200,
    ],
    [
      'nothing, after two turns and the words of both',
      [
        ...spoke,
        [3500, 'stopped'],
        [4060, 'voice'],
        [4800, 'quiet'],
        [5000, 'stopped'],
        [5100, 'told'],
        [5200, 'told'],
      ],
      null,
    ],
    [
      'the second turn, after the words of the first',
      [...spoke, [3500, 'stopped'], [4060, 'voice'], [4800, 'quiet'], [5000, 'stopped'], [5100, 'told']],
      3700,
    ],
    [
      'nothing, when a turn before it never got its words',
      [...spoke, [3500, 'stopped'], [9060, 'voice'], [9800, 'quiet'], [10_000, 'stopped'], [10_100, 'told']],
      null,
    ],
    ['nothing, when it was for somebody else', [...spoke, [3400, 'cleared']], null],
  ])('is %s', (_what, moments, fromMs) => {
    expect(spokenFromMs(follow(moments), (moments.at(-1)?.[0] ?? 0) + 100)).toBe(fromMs);
  });

  it('holds no more voices than fit in what is kept', () => {
    let state = nothingUntold;
    for (let atMs = 0; atMs < 600_000; atMs += 1000) {
      state = stepUntold(state, { type: 'voice', active: true, atMs });
      state = stepUntold(state, { type: 'voice', active: false, atMs: atMs + 600 });
    }
    expect(state.voices.length).toBeLessThanOrEqual(16);
  });
});

describe('the sound that is kept of it', () => {
  const hear = (untold: UntoldSound, ms: number, byte: number) => {
    for (let at = 0; at < ms; at += 20) untold.hear(new Uint8Array(160).fill(byte));
  };
  const speak = (untold: UntoldSound, ms: number, byte: number) => {
    hear(untold, 60, byte);
    untold.voice(true);
    hear(untold, ms - 60, byte);
    hear(untold, 300, 0);
    untold.voice(false);
  };

  it('has every frame that was spoken once and in order, the newest fifteen seconds of it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 5, max: 900 }), (quiet, spoken) => {
        const untold = new UntoldSound();
        hear(untold, quiet * 20, 0);
        speak(untold, spoken * 20, 7);
        const frames = untold.spoken();
        expect(frames.filter((frame) => frame[0] === 7)).toHaveLength(Math.min(spoken, 750 - 15));
        expect(frames.length).toBeLessThanOrEqual(750);
      }),
      { numRuns: 30 },
    );
  });

  it('is what the next agent hears first, before all that follows, until it tells the words', () => {
    const untold = new UntoldSound();
    const [gone, next] = [createFakeAgent(), createFakeAgent()];
    const request = {
      ...{ messages: [], tools: [], greeting: null, personSpeaksFirst: true, language: 'en-US', voice: null },
      ...{ agentId: null, dynamicVariables: {}, on: () => {} },
    };
    const session = keepUntold(gone, untold).join(request);
    for (let frame = 0; frame < 50; frame += 1) {
      session.hear(new Uint8Array(160).fill(9));
      if (frame === 2) untold.voice(true);
    }
    untold.note('left');
    const heard: number[] = [];
    next.onSound = (sound) => void heard.push(sound[0] ?? -1);
    const follows = keepUntold(next, untold).join(request);
    follows.hear(new Uint8Array(160).fill(5));
    expect(heard).toEqual([...Array.from({ length: 50 }, () => 9), 5]);
    next.tell({ type: 'person-speaking', speaking: true });
    expect(untold.isSpoken).toBe(true);
    next.tell({ type: 'person-speaking', speaking: false }, { type: 'person-said', text: 'Hello?' });
    expect([untold.isSpoken, untold.spoken()]).toEqual([false, []]);
  });
});
