import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../../../base/clock.ts';
import { silentLogger } from '../../../base/log.ts';
import type { HearingEvent, SpeechToText } from '../../../ports/speech-to-text.ts';
import { VendorFailed } from '../../../ports/vendor-failed.ts';
import { createFakeEars } from '../../testing/fake-speech.ts';
import { UntoldSound } from '../untold-sound.ts';
import { createHearing, type HearingHappening } from './hearing.ts';

const frame = new Uint8Array(160);

function start() {
  const one = createFakeEars('one', 'model');
  const two = createFakeEars('two', 'pause');
  const told: HearingHappening[] = [];
  const failures: string[] = [];
  const hearing = createHearing({
    ...{
      vendors: [one, two],
      untold: new UntoldSound(),
      language: 'en-US',
      clock: createFakeClock(),
      log: silentLogger,
    },
    onFailure: (error) => void failures.push(error.vendor),
    on: (event) => void told.push(event),
  });
  hearing.start();
  const hear = (frames: number) => {
    for (let heard = 0; heard < frames; heard += 1) hearing.hear(frame);
  };
  return { one, two, told, failures, hearing, hear };
}

describe('the ears of a cascade', () => {
  it('say what their recognizer goes by, and pass on what it tells', () => {
    const { one, told } = start();
    const event: HearingEvent = { type: 'heard', text: 'Hello' };
    one.tell(event);
    expect(told).toEqual([{ type: 'ears', endOfTurn: 'model' }, event]);
  });

  it('give the next recognizer the sound of the turn again, and what follows, once', () => {
    const { one, two, told, failures, hear } = start();
    hear(50);
    one.fail();
    expect([failures, two.heardMs, told.at(-1)]).toEqual([['one'], 1000, { type: 'ears', endOfTurn: 'pause' }]);
    hear(5);
    expect([one.heardMs, two.heardMs]).toEqual([1000, 1100]);
  });

  it('give it nothing of a turn that is over, and no more than the last seconds', () => {
    const over = start();
    over.hear(50);
    over.one.tell({ type: 'turn-over', text: 'Hello.' });
    over.hear(2);
    over.one.fail();
    expect(over.two.heardMs).toBe(40);
    const long = start();
    long.hear(3000);
    long.one.fail();
    expect(long.two.heardMs).toBe(15_000);
  });

  it('say once that nobody is left to hear', () => {
    const { one, two, told, failures, hear } = start();
    one.fail();
    two.fail();
    hear(1);
    expect(told.filter(({ type }) => type === 'deaf')).toHaveLength(1);
    expect(failures).toEqual(['one', 'two']);
  });

  it('do not listen to a recognizer that was replaced, whatever it still tells', () => {
    const told: HearingHappening[] = [];
    const listeners: ((event: HearingEvent) => void)[] = [];
    const stubborn: SpeechToText = {
      ...createFakeEars('stubborn'),
      listen({ on }) {
        listeners.push(on);
        return { hear() {}, settle() {}, close() {} };
      },
    };
    const hearing = createHearing({
      ...{ vendors: [stubborn, createFakeEars('next')], language: 'en-US', clock: createFakeClock() },
      ...{
        untold: new UntoldSound(),
        log: silentLogger,
        onFailure() {},
        on: (event: HearingHappening) => void told.push(event),
      },
    });
    hearing.start();
    listeners[0]?.({ type: 'failed', error: new VendorFailed('stubborn', 'vendor/refused', 'no') });
    listeners[0]?.({ type: 'turn-over', text: 'late' });
    expect(told.map(({ type }) => type)).toEqual(['ears', 'ears']);
  });

  it('ask the recognizer that listens to settle', () => {
    const { one, two, hearing } = start();
    hearing.settle();
    one.fail();
    hearing.settle();
    expect([one.settles, two.settles]).toEqual([1, 1]);
  });

  it('hear and tell nothing once they are closed', () => {
    const { one, told, hearing, hear } = start();
    hearing.close();
    hear(3);
    hearing.settle();
    one.tell({ type: 'heard', text: 'late' });
    one.fail();
    expect([one.open, one.heardMs, told.length]).toEqual([0, 0, 1]);
  });
});
