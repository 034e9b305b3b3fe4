import fc from 'fast-check';
import { expect, test } from 'vitest';
import { frameBytes, frameMs } from '../../../audio/telephone-frame.ts';
import { fromSound, startLine, toSound } from './testing/start-line.ts';

type Bare = 'end' | 'next' | 'pause' | 'resume' | 'clear' | 'old';
type Step =
  | { do: 'play'; frames: number; cut: number }
  | { do: 'confirm'; atMs: number }
  | { do: 'wait'; ms: number }
  | { [Name in Bare]: { do: Name } }[Bare];

const bare = (name: Bare) => fc.constant<Step>({ do: name });
const of = (weight: number, arbitrary: fc.Arbitrary<Step>) => ({ weight, arbitrary });
const frames = fc.integer({ min: 1, max: 30 });

const step: fc.Arbitrary<Step> = fc.oneof(
  of(4, fc.record({ do: fc.constant('play'), frames, cut: fc.nat(159) })),
  of(4, fc.record({ do: fc.constant('wait'), ms: fc.nat(400) })),
  of(2, fc.record({ do: fc.constant('confirm'), atMs: fc.nat(1500) })),
  ...[of(1, bare('end')), of(1, bare('next')), of(1, bare('pause')), of(1, bare('resume'))],
  ...[of(3, bare('clear')), of(1, bare('old'))],
);

/** Runs the steps, and says at once when something is sent, heard or told that must not be. */
function run(steps: readonly Step[], latencyMs: number) {
  const { line, carrier, clock, events, hooks } = startLine({ latencyMs });
  let newest = 1;
  let deadUpTo = 0;
  let isPaused = false;
  let frames = 0;
  let bargeIns = 0;
  const confirmed = new Map<number, number>();
  const playedMs = new Map<number, number>();
  let seen = 0;
  const checkSent = (from: number) => {
    for (const command of carrier.sent.slice(from)) {
      if (command.type !== 'audio') continue;
      const { utterance } = fromSound(Buffer.from(command.payload, 'base64'));
      expect(utterance, 'a frame of a dead utterance').toBeGreaterThan(deadUpTo);
      expect(isPaused, 'a frame while paused').toBe(false);
    }
  };
  hooks.on = (event) => {
    if (event.type !== 'played' && event.type !== 'finished' && event.type !== 'first-frame') return;
    expect(event.utterance, `${event.type} of a dead utterance`).toBeGreaterThan(deadUpTo);
    if (event.type !== 'played') return;
    expect(event.playedMs, 'confirmations rise').toBeGreaterThan(confirmed.get(event.utterance) ?? 0);
    confirmed.set(event.utterance, event.playedMs);
    for (; seen < carrier.played.length; seen += 1) {
      const { utterance, index } = fromSound(carrier.played[seen]!.sound);
      playedMs.set(utterance, Math.max(playedMs.get(utterance) ?? 0, (index + 1) * frameMs));
    }
    expect(event.playedMs, 'more told than was played').toBeLessThanOrEqual(playedMs.get(event.utterance) ?? 0);
  };
  const mentioned: number[] = [];
  const next = () => {
    newest += 1;
    frames = 0;
  };
  const perform = (step: Step) => {
    if (step.do === 'wait') return clock.advance(step.ms);
    if (step.do === 'next') return next();
    if (step.do !== 'pause' && step.do !== 'resume' && step.do !== 'clear') mentioned.push(newest);
    if (step.do === 'confirm') return line.confirmAt(newest, step.atMs);
    if (step.do === 'end') return line.end(newest);
    if (step.do === 'old') {
      line.confirmAt(newest, 0);
      const before = carrier.sent.length;
      line.play(newest - 1, toSound(newest - 1, 3));
      return expect(carrier.sent.length).toBe(before);
    }
    if (step.do === 'pause') {
      isPaused = true;
      return line.pause();
    }
    if (step.do === 'resume') {
      isPaused = false;
      return line.resume();
    }
    if (step.do === 'clear') {
      if (line.isPlaying) bargeIns += 1;
      const cleared = line.clear();
      expect(cleared?.playedMs ?? 0).toBe(cleared ? (confirmed.get(cleared.utterance) ?? 0) : 0);
      deadUpTo = cleared?.utterance ?? deadUpTo;
      if (deadUpTo > 0) line.play(deadUpTo, toSound(deadUpTo, 30));
      if (deadUpTo > 0) line.end(deadUpTo);
      isPaused = false;
      if (newest === deadUpTo) next();
      return;
    }
    const sound = toSound(newest, step.frames, frames);
    frames += step.frames;
    line.play(newest, sound.subarray(0, step.cut));
    line.play(newest, sound.subarray(step.cut));
  };
  for (const step of steps) {
    const before = carrier.sent.length;
    perform(step);
    checkSent(before);
  }
  isPaused = false;
  line.resume();
  next();
  mentioned.push(newest);
  line.play(newest, toSound(newest, 5));
  line.end(newest);
  clock.advance(60_000 + steps.length * 1500);
  return { line, carrier, clock, events, bargeIns, newest, deadUpTo, mentioned };
}

test('10,000 barge-ins and pauses at any moment: nothing stale is sent, told or promised, and everything ends', () => {
  let bargeIns = 0;
  fc.assert(
    fc.property(fc.array(step, { minLength: 60, maxLength: 120 }), fc.constantFrom(0, 30, 120), (steps, latencyMs) => {
      const { line, carrier, clock, events, newest, ...counted } = run(steps, latencyMs);
      bargeIns += counted.bargeIns;
      expect(carrier.mostAheadMs).toBeLessThanOrEqual(200);
      const finished = events.flatMap((event) => (event.type === 'finished' ? [event.utterance] : []));
      expect(finished.at(-1)).toBe(newest);
      const wasMentioned = new Set(counted.mentioned.filter((utterance) => utterance > counted.deadUpTo));
      expect(finished.filter((utterance) => utterance > counted.deadUpTo)).toEqual([...wasMentioned]);
      expect(new Set(finished).size).toBe(finished.length);
      expect(line.isPlaying).toBe(false);
      expect(clock.pendingTimers).toBe(0);
      // A pause repeats what was not confirmed; nothing is ever left out.
      const last = new Map<number, number>();
      for (const { sound } of carrier.played) {
        const { utterance, index } = fromSound(sound);
        expect(index).toBeLessThanOrEqual((last.get(utterance) ?? -1) + 1);
        expect(sound.length).toBe(frameBytes);
        last.set(utterance, index);
      }
    }),
    { numRuns: 1700, seed: 20261121 },
  );
  expect(bargeIns).toBeGreaterThan(10_000);
}, 90_000);
