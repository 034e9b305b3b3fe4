/** What every maker of speech must do, whoever is behind it; run by each provider's own tests. */
import { setImmediate as nextTick } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFakeClock, type FakeClock } from '../../base/clock.ts';
import type { Mouth, SpeakingEvent, TextToSpeech } from '../text-to-speech.ts';

/** A vendor over whatever transport it has, played by the provider's test. One is made for each test. */
export interface SpeakingVendor {
  /** Takes the connections that wait, and those to come. */
  accept(): void;
  /** Answers the newest connection that waits, or the next one, with a status and these words. */
  refuse(status: number, said: string): void;
  /** Nobody answers the newest connection, or the next one: the network says so. */
  goAway(): void;
  /** The text it was given and shall speak, of the newest utterance. */
  readonly text: string;
  /** Whether it knows that no more text comes in the newest utterance. */
  readonly isFinished: boolean;
  /** Sends sound of the newest utterance that it was given text of; with words where it has such. */
  sound(sound: Uint8Array, words?: readonly { word: string; startMs: number; endMs: number }[]): void;
  /** Says that all of the newest utterance was spoken, as it does once it was finished. */
  spoken(): void;
  /** Sends what makes no sense, in every form the transport has. */
  sendNonsense(): void;
  /** Sends one message or body that is far too large. */
  sendTooMuch(): void;
  /** Cuts the connection. */
  cut(): void;
  /** Connections that stand or wait. */
  readonly live: number;
}

export interface TextToSpeechContract {
  name: string;
  create(parts: { clock: FakeClock; apiKey: string }): { tts: TextToSpeech; vendor: SpeakingVendor };
}

const apiKey = 'key-that-nobody-may-see';
/** Within this time a mouth that was given text gives sound, or fails. */
const patienceMs = 5000;
const tone = (length: number, from = 0) => Uint8Array.from({ length }, (_, at) => (from + at) % 120);

export function describeTextToSpeechContract(name: string, open: () => TextToSpeechContract): void {
  describe(`${name} keeps the contract of a maker of speech`, () => {
    let bench: Bench;
    beforeEach(() => {
      bench = createBench(open());
    });
    afterEach(() => bench.mouth.close());
    speakingContract(() => bench);
    cancellingContract(() => bench);
    refusalContract(() => bench);
    breakingContract(() => bench);
  });
}

type Bench = ReturnType<typeof createBench>;

function createBench(contract: TextToSpeechContract) {
  const clock = createFakeClock();
  const { tts, vendor } = contract.create({ clock, apiKey });
  const told: SpeakingEvent[] = [];
  const mouth: Mouth = tts.speak({ language: 'en-US', voice: null, on: (event) => told.push(event) });
  return {
    tts,
    vendor,
    clock,
    mouth,
    told,
    heardOf: (utterance: number) =>
      told.flatMap((event) => (event.type === 'sound' && event.utterance === utterance ? [...event.sound] : [])),
    failures: () => told.filter((event) => event.type === 'failed').map((event) => event.error),
    async expectNothingLeft() {
      await settled();
      expect(vendor.live).toBe(0);
      expect(clock.pendingTimers).toBe(0);
    },
  };
}

/** Lets transports over promises and streams come to rest. */
async function settled(): Promise<void> {
  for (let round = 0; round < 10; round += 1) await nextTick();
}

function speakingContract(bench: () => Bench): void {
  it('speaks what was said before it was connected, whole and in order', async () => {
    const { mouth, vendor, told, heardOf } = bench();
    mouth.say(1, 'Good morning, ');
    mouth.say(1, 'how are you? ');
    mouth.finish(1);
    vendor.accept();
    await settled();
    expect(vendor.text).toBe('Good morning, how are you? ');
    expect(vendor.isFinished).toBe(true);
    vendor.sound(tone(800));
    vendor.sound(tone(333, 800));
    vendor.spoken();
    await settled();
    expect(heardOf(1)).toEqual([...tone(1133)]);
    expect(told.filter((event) => event.type === 'spoken')).toEqual([{ type: 'spoken', utterance: 1 }]);
    expect(told.at(-1)).toEqual({ type: 'spoken', utterance: 1 });
  });

  it('gives sound before the utterance is finished', async () => {
    const { mouth, vendor, told, heardOf } = bench();
    vendor.accept();
    mouth.say(1, 'One moment, ');
    await settled();
    expect(vendor.text).toBe('One moment, ');
    vendor.sound(tone(160));
    await settled();
    expect(heardOf(1)).toEqual([...tone(160)]);
    expect(told.some((event) => event.type === 'spoken')).toBe(false);
  });

  it('tells each word once, in order, where it knows their times', async () => {
    const { tts, mouth, vendor, told } = bench();
    vendor.accept();
    mouth.say(1, 'Good day. ');
    mouth.finish(1);
    await settled();
    const words = [
      { word: 'Good', startMs: 0, endMs: 200 },
      { word: 'day.', startMs: 210, endMs: 500 },
    ];
    vendor.sound(tone(4000), words);
    vendor.spoken();
    await settled();
    const toldWords = told.flatMap((event) => (event.type === 'words' ? event.words : []));
    expect(toldWords.map(({ word }) => word)).toEqual(tts.tellsWordTimes ? ['Good', 'day.'] : []);
    for (const [at, { startMs, endMs }] of toldWords.entries()) {
      expect(startMs).toBeGreaterThanOrEqual(toldWords[at - 1]?.endMs ?? 0);
      expect(endMs).toBeGreaterThan(startMs);
    }
  });

  it('speaks one utterance after another', async () => {
    const { mouth, vendor, told, heardOf } = bench();
    vendor.accept();
    for (const utterance of [1, 2, 3]) {
      mouth.say(utterance, `This is number ${utterance}. `);
      mouth.finish(utterance);
      await settled();
      expect(vendor.text).toBe(`This is number ${utterance}. `);
      vendor.sound(tone(160, utterance));
      vendor.spoken();
      await settled();
      expect(heardOf(utterance)).toEqual([...tone(160, utterance)]);
    }
    expect(told.flatMap((event) => (event.type === 'spoken' ? event.utterance : []))).toEqual([1, 2, 3]);
  });

  it('counts an utterance without text as spoken', async () => {
    const { mouth, vendor, told } = bench();
    vendor.accept();
    mouth.finish(1);
    await settled();
    expect(told).toEqual([{ type: 'spoken', utterance: 1 }]);
  });

  it('waits as long as it likes between two utterances', async () => {
    const { mouth, vendor, clock, told, failures } = bench();
    vendor.accept();
    mouth.say(1, 'Hello. ');
    mouth.finish(1);
    await settled();
    vendor.sound(tone(160));
    vendor.spoken();
    await settled();
    clock.advance(patienceMs * 3);
    await settled();
    expect(failures()).toEqual([]);
    expect(told.at(-1)).toEqual({ type: 'spoken', utterance: 1 });
  });
}

function cancellingContract(bench: () => Bench): void {
  it('tells nothing more of an utterance that was cancelled, whatever the vendor still sends', async () => {
    const { mouth, vendor, told } = bench();
    vendor.accept();
    mouth.say(1, 'I was going to say ');
    await settled();
    vendor.sound(tone(160));
    await settled();
    mouth.cancel(1);
    const before = told.length;
    vendor.sound(tone(160));
    vendor.spoken();
    await settled();
    mouth.say(1, 'something else. ');
    mouth.finish(1);
    await settled();
    expect(told).toHaveLength(before);
  });

  it('speaks the next utterance after one that was cancelled, and only that', async () => {
    const { mouth, vendor, told, heardOf } = bench();
    vendor.accept();
    mouth.say(1, 'The first one. ');
    await settled();
    vendor.sound(tone(160));
    await settled();
    mouth.cancel(1);
    vendor.sound(tone(160, 50));
    mouth.say(2, 'The second one. ');
    mouth.finish(2);
    await settled();
    expect(vendor.text).toBe('The second one. ');
    vendor.sound(tone(160, 80));
    vendor.spoken();
    await settled();
    expect(heardOf(1)).toEqual([...tone(160)]);
    expect(heardOf(2)).toEqual([...tone(160, 80)]);
    expect(told.flatMap((event) => (event.type === 'spoken' ? event.utterance : []))).toEqual([2]);
  });

  it('owes nothing for an utterance that was cancelled', async () => {
    const { mouth, vendor, clock, failures } = bench();
    vendor.accept();
    mouth.say(1, 'Never mind. ');
    await settled();
    vendor.sound(tone(160));
    await settled();
    mouth.cancel(1);
    await settled();
    vendor.spoken();
    await settled();
    clock.advance(patienceMs * 2);
    await settled();
    expect(failures()).toEqual([]);
  });

  it('tells nothing after it was closed, and leaves no timer and no connection', async () => {
    const { mouth, vendor, told, expectNothingLeft } = bench();
    vendor.accept();
    mouth.say(1, 'Good');
    await settled();
    vendor.sound(tone(160));
    await settled();
    const before = told.length;
    mouth.close();
    mouth.say(1, 'bye');
    mouth.finish(1);
    mouth.cancel(1);
    mouth.close();
    vendor.sound(tone(160));
    await expectNothingLeft();
    expect(told).toHaveLength(before);
  });

  it('leaves nothing when it is closed before it is connected', async () => {
    const { mouth, told, expectNothingLeft } = bench();
    mouth.say(1, 'Hello');
    mouth.close();
    await expectNothingLeft();
    expect(told).toEqual([]);
  });
}

function refusalContract(bench: () => Bench): void {
  it.each([
    [400, 'vendor/refused'],
    [401, 'vendor/refused'],
    [402, 'vendor/refused'],
    [403, 'vendor/refused'],
    [404, 'vendor/refused'],
    [429, 'vendor/busy'],
    [500, 'vendor/unavailable'],
    [503, 'vendor/unavailable'],
  ])('fails once when it is answered with %i: %s', async (status, code) => {
    const { mouth, vendor, failures, expectNothingLeft } = bench();
    mouth.say(1, 'Hello. ');
    mouth.finish(1);
    await settled();
    vendor.refuse(status, `the key ${apiKey} will not do`);
    await settled();
    expect(failures()).toHaveLength(1);
    expect(failures()[0]).toMatchObject({ code });
    expect(failures()[0]?.message).not.toContain(apiKey);
    await expectNothingLeft();
  });

  it('fails when nobody is there', async () => {
    const { mouth, vendor, failures, expectNothingLeft } = bench();
    mouth.say(1, 'Hello. ');
    await settled();
    vendor.goAway();
    await settled();
    expect(failures()).toMatchObject([{ code: 'vendor/unavailable' }]);
    await expectNothingLeft();
  });

  it('fails when nobody answers in time', async () => {
    const { mouth, clock, failures, expectNothingLeft } = bench();
    mouth.say(1, 'Hello. ');
    await settled();
    clock.advance(patienceMs);
    await settled();
    expect(failures()).toMatchObject([{ code: 'vendor/timeout' }]);
    await expectNothingLeft();
  });
}

function breakingContract(bench: () => Bench): void {
  it('fails when it gets text and no sound comes', async () => {
    const { mouth, vendor, clock, failures, expectNothingLeft } = bench();
    vendor.accept();
    mouth.say(1, 'Hello? ');
    await settled();
    clock.advance(patienceMs);
    await settled();
    expect(failures()).toMatchObject([{ code: 'vendor/timeout' }]);
    await expectNothingLeft();
  });

  it('fails when the sound stops coming before the utterance was spoken', async () => {
    const { mouth, vendor, clock, failures, expectNothingLeft } = bench();
    vendor.accept();
    mouth.say(1, 'Hello, is anybody there? ');
    mouth.finish(1);
    await settled();
    vendor.sound(tone(160));
    await settled();
    clock.advance(patienceMs + 20);
    await settled();
    expect(failures()).toMatchObject([{ code: 'vendor/timeout' }]);
    await expectNothingLeft();
  });

  it('fails once, as the last it tells, when the connection is cut in the middle of an utterance', async () => {
    const { mouth, vendor, told, failures, expectNothingLeft } = bench();
    vendor.accept();
    mouth.say(1, 'I will not fin');
    await settled();
    vendor.sound(tone(160));
    await settled();
    vendor.cut();
    await settled();
    expect(failures()).toHaveLength(1);
    expect(failures()[0]?.retryable).toBe(true);
    mouth.say(1, 'ish');
    mouth.finish(1);
    mouth.cancel(1);
    await settled();
    expect(told.at(-1)?.type).toBe('failed');
    expect(failures()).toHaveLength(1);
    await expectNothingLeft();
  });

  it('survives what makes no sense, or fails in order', async () => {
    const { mouth, vendor, failures, heardOf } = bench();
    vendor.accept();
    mouth.say(1, 'Hello. ');
    await settled();
    vendor.sendNonsense();
    await settled();
    vendor.sound(tone(160));
    await settled();
    if (failures().length > 0) expect(failures()).toMatchObject([{ code: 'vendor/broken-stream' }]);
    else expect(heardOf(1)).toEqual([...tone(160)]);
  });

  it('fails at one message that is far too large', async () => {
    const { mouth, vendor, failures, expectNothingLeft } = bench();
    vendor.accept();
    mouth.say(1, 'Hello. ');
    await settled();
    vendor.sendTooMuch();
    await settled();
    expect(failures()).toMatchObject([{ code: 'vendor/broken-stream' }]);
    await expectNothingLeft();
  });
}
