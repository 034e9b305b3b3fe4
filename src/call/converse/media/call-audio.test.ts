import { describe, expect, it } from 'vitest';
import { mulawSilence } from '../../../audio/mulaw.ts';
import { createFakeClock } from '../../../base/clock.ts';
import { createCallAudio, type Overheard } from './call-audio.ts';

const frame = (fill: number) => new Uint8Array(160).fill(fill);

function start({ canSilence = true } = {}) {
  const clock = createFakeClock();
  const line: Uint8Array[] = [];
  const done: string[] = [];
  const spoken: Uint8Array[] = [];
  const audio = createCallAudio({
    clock,
    recorder: {
      heard: () => void done.push('recorded the person'),
      played: () => void done.push('recorded what was played'),
      cleared: () => void done.push('recorded that it was cleared'),
    },
    line: () => ({
      playAside: (sound) => void line.push(sound),
      clearAside: () => void done.push('the line was emptied'),
    }),
    silence: () => done.push('silenced') > 0 && canSilence,
    hearOperator: (sound) => void spoken.push(sound),
    noteTakenOver: (by) => void done.push(`taken over by ${by}`),
    resume: (by) => void done.push(`resumed after ${by}`),
  });
  const join = () => {
    const heard: Overheard[] = [];
    const supervisor = audio.join((overheard) => heard.push(overheard));
    if (!supervisor) throw new Error('there is no room for another listener');
    return { ...supervisor, heard };
  };
  return { clock, line, done, spoken, audio, join };
}

describe('whoever listens to a call', () => {
  it('hears both sides, and what was cleared, as the recorder does', () => {
    const { audio, join, done } = start();
    const [one, other] = [join(), join()];
    audio.tap.heard(frame(1), 0);
    audio.tap.played(frame(2), 0);
    audio.tap.cleared(10);
    other.leave();
    audio.tap.heard(frame(3), 20);
    expect(one.heard.map(({ type }) => type)).toEqual(['person', 'played', 'cleared', 'person']);
    expect(other.heard).toHaveLength(3);
    expect(done).toContain('recorded what was played');
  });

  it('is one of four, and is told when the conversation is over', () => {
    const { audio, join } = start();
    const listeners = [join(), join(), join(), join()];
    expect(audio.join(() => {})).toBeNull();
    listeners[0]?.leave();
    expect(audio.join(() => {})).not.toBeNull();
    audio.close();
    expect(listeners[1]?.heard).toEqual([{ type: 'over' }]);
    expect(join().heard).toEqual([{ type: 'over' }]);
  });
});

describe('a listener that fails', () => {
  it('is left out, and neither the call nor the others notice', () => {
    const { audio, join, done } = start();
    audio.join(() => {
      throw new Error('the socket broke');
    });
    const other = join();
    audio.tap.heard(frame(1), 0);
    audio.tap.heard(frame(1), 20);
    expect(other.heard).toHaveLength(2);
    expect(done).toEqual(['recorded the person', 'recorded the person']);
  });
});

describe('whoever takes a call over', () => {
  it('speaks in the place of the assistant until it is handed back, and nobody else does', () => {
    const { audio, join, line, done, spoken } = start();
    const [one, other] = [join(), join()];
    other.speak(frame(7));
    expect(one.takeOver('user:a')).toBe(true);
    expect(other.takeOver('user:b')).toBe(false);
    other.speak(frame(7));
    one.speak(frame(5));
    // A cushion of silence goes before the first sound.
    expect(line.map((sound) => sound[0])).toEqual([mulawSilence, 5]);
    expect(spoken).toEqual([frame(5)]);
    expect(audio.isTakenOver).toBe(true);
    expect(other.handBack()).toBe(false);
    expect(one.handBack()).toBe(true);
    expect(audio.isTakenOver).toBe(false);
    expect(done).toEqual(['silenced', 'taken over by user:a', 'the line was emptied', 'resumed after user:a']);
    expect(other.heard.map(({ type }) => type)).toEqual(['taken-over', 'handed-back']);
  });

  it('gives it back by leaving', () => {
    const { audio, join, done } = start();
    const one = join();
    one.takeOver('user:a');
    one.leave();
    expect([audio.isTakenOver, done.at(-1)]).toEqual([false, 'resumed after user:a']);
  });

  it('does not get it where the assistant cannot be silenced', () => {
    const { audio, join } = start({ canSilence: false });
    expect([join().takeOver('user:a'), audio.isTakenOver]).toEqual([false, false]);
  });

  it('is not heard ever later when more sound comes than can be spoken', () => {
    const { clock, join, line, spoken } = start();
    const one = join();
    one.takeOver('user:a');
    for (let count = 0; count < 100; count += 1) one.speak(frame(5));
    const spokenMs = line.slice(1).length * 20;
    expect(spokenMs).toBeLessThanOrEqual(400);
    expect(spoken).toHaveLength(line.length - 1);
    clock.advance(1000);
    one.speak(frame(6));
    expect(line.at(-1)?.[0]).toBe(6);
  });

  it('has the assistant told again, as long as it speaks, that it is silent', () => {
    const { clock, join, done } = start();
    const one = join();
    one.takeOver('user:a');
    for (let seconds = 0; seconds < 65; seconds += 1) {
      clock.advance(1000);
      one.speak(frame(5));
    }
    expect(done.filter((what) => what === 'silenced')).toHaveLength(3);
  });
});
