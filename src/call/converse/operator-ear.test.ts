import { describe, expect, it } from 'vitest';
import { encodeMulaw, silentSound } from '../../audio/mulaw.ts';
import { toToneSamples } from '../../audio/tone.ts';
import { createFakeClock } from '../../base/clock.ts';
import { silentLogger } from '../../base/log.ts';
import type { SpeechToText } from '../../ports/speech-to-text.ts';
import { createFakeEars } from '../testing/fake-speech.ts';
import { createOperatorEar } from './operator-ear.ts';

const loud = (ms: number) => encodeMulaw(toToneSamples({ frequenciesHz: [180], ms, sampleRateHz: 8000 }));
const quiet = (ms: number) => silentSound(ms * 8);

function start(vendors: readonly SpeechToText[]) {
  const clock = createFakeClock();
  const told: string[] = [];
  const failures: string[] = [];
  const ear = createOperatorEar({
    ...{ vendors, language: 'en-US', clock, log: silentLogger },
    onFailure: ({ vendor }) => void failures.push(vendor),
    said: (text) => void told.push(text),
    saidUnknown: () => void told.push('?'),
  });
  const finish = () => ear.finish(() => void told.push('done'));
  return { clock, told, failures, ear, finish };
}

describe('what an operator says', () => {
  it('is told as it is understood, turn by turn, and nothing is awaited then', () => {
    const ears = createFakeEars();
    const { ear, told, finish } = start([ears]);
    expect(ears.open).toBe(0);
    ear.hear(loud(400));
    ears.tell({ type: 'heard', text: 'Let me' });
    ear.hear(quiet(400));
    ears.tell({ type: 'turn-over', text: 'Let me explain.' });
    ears.tell({ type: 'turn-over', text: ' ' });
    finish();
    expect([told, ears.open, ear.isFinishing]).toEqual([['Let me explain.', 'done'], 0, false]);
  });

  it('is awaited at the end where its last words are not understood yet', () => {
    const ears = createFakeEars();
    const { ear, told, finish, clock } = start([ears]);
    ear.hear(loud(400));
    finish();
    expect([told, ears.settles, ear.isFinishing]).toEqual([[], 1, true]);
    ears.tell({ type: 'turn-over', text: 'Goodbye.' });
    clock.advance(60_000);
    expect([told, ears.open, ear.isFinishing]).toEqual([['Goodbye.', 'done'], 0, false]);
  });

  it.each([
    ['what was understood of them is told', 'Good', ['Good', 'done']],
    ['it is told that there were some', '', ['?', 'done']],
  ])('holds up the call for a second at most: %s', (_, heard, expected) => {
    const ears = createFakeEars();
    const { ear, told, finish, clock } = start([ears]);
    ear.hear(loud(400));
    ears.tell({ type: 'heard', text: heard });
    finish();
    clock.advance(999);
    expect(told).toEqual([]);
    clock.advance(1);
    expect([told, ears.open]).toEqual([expected, 0]);
  });

  it('holds up nothing where somebody takes the call over meanwhile', () => {
    const ears = createFakeEars();
    const { ear, told, finish } = start([ears]);
    ear.hear(loud(400));
    finish();
    ear.finish(() => void told.push('the next one'));
    expect(told).toEqual(['?', 'done', 'the next one']);
    ear.hear(loud(400));
    expect(ears.open).toBe(1);
  });

  it('is asked for after a pause of a recognizer that does not know when a turn is over, once', () => {
    const ears = createFakeEars('none', 'none');
    const { ear } = start([ears]);
    ear.hear(quiet(2000));
    ear.hear(loud(400));
    ear.hear(quiet(600));
    expect(ears.settles).toBe(0);
    ear.hear(quiet(2000));
    expect(ears.settles).toBe(1);
    ears.tell({ type: 'turn-over', text: 'One.' });
    ear.hear(loud(400));
    ear.hear(quiet(1000));
    expect(ears.settles).toBe(2);
  });

  it('is asked for where the microphone sends nothing more, of every recognizer', () => {
    const ears = createFakeEars();
    const { ear, told, clock, finish } = start([ears]);
    ear.hear(loud(400));
    clock.advance(699);
    expect(ears.settles).toBe(0);
    clock.advance(1);
    expect(ears.settles).toBe(1);
    ears.tell({ type: 'turn-over', text: 'One.' });
    ear.hear(loud(400));
    finish();
    expect([told, ears.settles]).toEqual([['One.'], 2]);
  });

  it('costs nothing while the microphone is off', () => {
    const ears = createFakeEars();
    const { ear, clock, told } = start([ears]);
    ear.hear(quiet(100));
    clock.advance(4999);
    ear.hear(quiet(100));
    clock.advance(4999);
    expect(ears.open).toBe(1);
    clock.advance(1);
    expect([ears.open, told]).toEqual([0, []]);
    ear.hear(quiet(100));
    expect(ears.open).toBe(1);
  });
});

describe('a recognizer that fails', () => {
  it('is replaced by the next, which hears the turn again', () => {
    const [one, two] = [createFakeEars('one'), createFakeEars('two')];
    const { ear, told, failures } = start([one, two]);
    ear.hear(loud(400));
    one.fail();
    two.tell({ type: 'turn-over', text: 'Hello.' });
    expect([failures, two.heardMs, told]).toEqual([['one'], 400, ['Hello.']]);
  });

  it('leaves it at that something was said, each time, where there is no other; nothing waits for it', () => {
    const ears = createFakeEars();
    const { ear, told, finish, clock } = start([ears]);
    ear.hear(loud(400));
    ears.tell({ type: 'heard', text: 'Hel' });
    ears.fail();
    ear.hear(quiet(1000));
    ear.hear(loud(400));
    ear.hear(quiet(1000));
    ear.hear(loud(400));
    clock.advance(700);
    finish();
    expect(told).toEqual(['Hel', '?', '?', '?', 'done']);
  });

  it('is not missed where there never was one, and nothing is told of silence', () => {
    const { ear, told, finish } = start([]);
    ear.hear(quiet(1000));
    expect(told).toEqual([]);
    ear.hear(loud(400));
    finish();
    expect(told).toEqual(['?', 'done']);
  });
});
