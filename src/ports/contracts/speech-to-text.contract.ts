/** What every recognizer of speech must do, whoever is behind it; run by each provider's own tests. */
import { setImmediate as nextTick } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFakeClock, type FakeClock } from '../../base/clock.ts';
import type { Ears, HearingEvent, SpeechToText } from '../speech-to-text.ts';
import type { FakeSockets } from './fake-sockets.ts';
import { createFakeSockets } from './fake-sockets.ts';

/** Frames of the vendor, written from its own protocol reference. */
export type VendorFrame = string | Uint8Array | Record<string, unknown>;

/** A vendor as one session sees it: what it sends when something is said to it. One is made for each test. */
export interface HearingVendor {
  /** Sent as soon as the socket is open. */
  welcome: readonly VendorFrame[];
  /** The person has begun to speak; null where the vendor has no such frame of its own. */
  started: readonly VendorFrame[] | null;
  /** The turn's words so far. */
  partial(text: string): readonly VendorFrame[];
  /** The turn ended by itself; null where the vendor never decides that (`endOfTurn: 'none'`). */
  over: ((text: string) => readonly VendorFrame[]) | null;
  /** Probable end, and the person going on after it; null where the vendor has none. */
  eager: { mayBeOver(text: string): readonly VendorFrame[]; resumed(): readonly VendorFrame[] } | null;
  /** Whether a frame of ours asks to settle the turn; null where it cannot be asked, and the words so far are the turn. */
  asksToSettle: ((frame: string | Uint8Array) => boolean) | null;
  /** The vendor's answer to that, or the end of the turn as it sends it later by itself. */
  settled(text: string): readonly VendorFrame[];
  /** The sound in a frame of ours, as μ-law; null for a frame that is not sound. */
  soundOf(frame: string | Uint8Array): Uint8Array | null;
  /** Frames by which the vendor reports a fatal failure; null where it only closes. */
  fatal: readonly VendorFrame[] | null;
}

export interface SpeechToTextContract {
  name: string;
  create(parts: Pick<FakeSockets, 'openSocket'> & { clock: FakeClock; apiKey: string }): SpeechToText;
  vendor(): HearingVendor;
}

const apiKey = 'key-that-nobody-may-see';
/** 20 ms that sound like a voice, and 20 ms of nothing. */
const voice = Uint8Array.from({ length: 160 }, (_, at) => (at % 16 < 8 ? 0x10 : 0x90));
const silence = new Uint8Array(160).fill(0xff);

export function describeSpeechToTextContract(name: string, open: () => SpeechToTextContract): void {
  describe(`${name} keeps the contract of a recognizer`, () => {
    let bench: Bench;
    beforeEach(() => {
      bench = createBench(open());
    });
    afterEach(() => bench.ears.close());
    hearingContract(() => bench);
    failingContract(() => bench);
  });
}

type Bench = ReturnType<typeof createBench>;

function createBench(contract: SpeechToTextContract) {
  const clock = createFakeClock();
  const sockets = createFakeSockets();
  const stt = contract.create({ openSocket: sockets.openSocket, clock, apiKey });
  const vendor = contract.vendor();
  const told: HearingEvent[] = [];
  const ears: Ears = stt.listen({ language: 'en-US', keyterms: ['Callwright'], on: (event) => told.push(event) });
  return {
    stt,
    vendor,
    clock,
    sockets,
    ears,
    told,
    accept() {
      sockets.last.accept();
      sockets.last.say(...vendor.welcome);
    },
    say: (frames: readonly VendorFrame[]) => sockets.last.say(...frames),
    failures: () => told.filter((event) => event.type === 'failed').map((event) => event.error),
    heardSound: () => sockets.last.sent.flatMap((frame) => [...(vendor.soundOf(frame) ?? [])]),
    expectNothingLeft() {
      expect(sockets.live).toBe(0);
      expect(clock.pendingTimers).toBe(0);
    },
  };
}

function hearingContract(bench: () => Bench): void {
  it('sends on the sound from before the socket was open, in order and unchanged', () => {
    const { ears, accept, heardSound } = bench();
    const marked = Uint8Array.from({ length: 1600 }, (_, at) => at % 251);
    for (let at = 0; at < 800; at += 160) ears.hear(marked.subarray(at, at + 160));
    accept();
    for (let at = 800; at < 1600; at += 160) ears.hear(marked.subarray(at, at + 160));
    ears.settle();
    expect(heardSound().slice(0, 1600)).toEqual([...marked]);
  });

  it('tells the start of speech, the words so far, and the end of the turn once', () => {
    const { ears, accept, say, vendor, told } = bench();
    accept();
    ears.hear(voice);
    if (vendor.started) say(vendor.started);
    say(vendor.partial('good'));
    say(vendor.partial('good morning'));
    if (vendor.over) say(vendor.over('good morning'));
    else {
      ears.settle();
      say(vendor.settled('good morning'));
    }
    expect(told.filter((event) => event.type === 'speech-started')).toHaveLength(1);
    expect(told[0]).toEqual({ type: 'speech-started' });
    expect(told).toContainEqual({ type: 'heard', text: 'good' });
    expect(told).toContainEqual({ type: 'heard', text: 'good morning' });
    expect(told.filter((event) => event.type === 'turn-over')).toEqual([{ type: 'turn-over', text: 'good morning' }]);
    expect(told.at(-1)).toEqual({ type: 'turn-over', text: 'good morning' });
  });

  it('keeps the words of two turns apart', () => {
    const { ears, accept, say, vendor, told } = bench();
    accept();
    ears.hear(voice);
    for (const text of ['first one', 'and another']) {
      say(vendor.partial(text));
      ears.settle();
      say(vendor.settled(text));
    }
    expect(told.filter((event) => event.type === 'turn-over').map((event) => event.text)).toEqual([
      'first one',
      'and another',
    ]);
  });

  it('tells a probable end ahead of the end, and that the person went on', () => {
    const { stt, ears, accept, say, vendor, told } = bench();
    expect(vendor.eager !== null).toBe(stt.eager);
    if (!vendor.eager || !vendor.over) return;
    accept();
    ears.hear(voice);
    if (vendor.started) say(vendor.started);
    say(vendor.partial('I would like'));
    say(vendor.eager.mayBeOver('I would like'));
    say(vendor.eager.resumed());
    say(vendor.partial('I would like a table'));
    say(vendor.eager.mayBeOver('I would like a table'));
    say(vendor.over('I would like a table'));
    const order = told.filter((event) => event.type.startsWith('turn-'));
    expect(order).toEqual([
      { type: 'turn-may-be-over', text: 'I would like' },
      { type: 'turn-resumed' },
      { type: 'turn-may-be-over', text: 'I would like a table' },
      { type: 'turn-over', text: 'I would like a table' },
    ]);
  });

  it('settles a turn when asked to, once', () => {
    const { ears, accept, say, vendor, told, sockets } = bench();
    accept();
    ears.hear(voice);
    say(vendor.partial('wait'));
    ears.settle();
    const asks = vendor.asksToSettle;
    if (asks) expect(sockets.last.sent.filter(asks)).toHaveLength(1);
    say(vendor.settled(asks ? 'wait a moment' : 'wait'));
    const text = asks ? 'wait a moment' : 'wait';
    expect(told.filter((event) => event.type === 'turn-over')).toEqual([{ type: 'turn-over', text }]);
  });

  it('settles a turn in which nothing was said as an empty one, even if the vendor has nothing to answer', () => {
    const { ears, accept, clock, told } = bench();
    accept();
    ears.hear(silence);
    ears.settle();
    clock.advance(3000);
    expect(told).toEqual([{ type: 'turn-over', text: '' }]);
  });

  it('tells nothing after it was closed, and leaves no timer and no socket', async () => {
    const { ears, accept, say, vendor, told, expectNothingLeft } = bench();
    accept();
    ears.hear(voice);
    say(vendor.partial('well'));
    const before = told.length;
    ears.close();
    ears.hear(voice);
    ears.settle();
    ears.close();
    say(vendor.settled('well then'));
    await nextTick();
    expect(told).toHaveLength(before);
    expectNothingLeft();
  });

  it('leaves nothing when it is closed before the socket is open', () => {
    const { ears, told, expectNothingLeft } = bench();
    ears.hear(voice);
    ears.close();
    expect(told).toEqual([]);
    expectNothingLeft();
  });
}

function failingContract(bench: () => Bench): void {
  it.each([
    [400, 'vendor/refused'],
    [401, 'vendor/refused'],
    [402, 'vendor/refused'],
    [403, 'vendor/refused'],
    [404, 'vendor/refused'],
    [429, 'vendor/busy'],
    [500, 'vendor/unavailable'],
    [503, 'vendor/unavailable'],
  ])('fails once when its handshake is answered with %i: %s', (status, code) => {
    const { sockets, failures, expectNothingLeft } = bench();
    sockets.last.refuse(status, `the key ${apiKey} will not do`);
    expect(failures()).toHaveLength(1);
    expect(failures()[0]).toMatchObject({ code, name: 'CallwrightError' });
    expect(failures()[0]?.message).not.toContain(apiKey);
    expectNothingLeft();
  });

  it('fails when nobody is there', () => {
    const { sockets, failures, expectNothingLeft } = bench();
    sockets.last.end(1006, 'connect ECONNREFUSED');
    expect(failures()).toMatchObject([{ code: 'vendor/unavailable' }]);
    expectNothingLeft();
  });

  it('fails when the socket does not open in time', () => {
    const { clock, failures, expectNothingLeft } = bench();
    clock.advance(5000);
    expect(failures()).toMatchObject([{ code: 'vendor/timeout' }]);
    expectNothingLeft();
  });

  it.each([1000, 1006, 1008, 1011])('fails once when the vendor closes with %i in the middle of a turn', (code) => {
    const { ears, accept, say, vendor, sockets, told, failures, expectNothingLeft } = bench();
    accept();
    ears.hear(voice);
    say(vendor.partial('hello'));
    sockets.last.end(code, 'because');
    expect(failures()).toHaveLength(1);
    expect(told.at(-1)?.type).toBe('failed');
    ears.hear(voice);
    ears.settle();
    expect(failures()).toHaveLength(1);
    expectNothingLeft();
  });

  it('fails when the vendor says that it cannot go on', () => {
    const { accept, say, vendor, failures, expectNothingLeft } = bench();
    if (!vendor.fatal) return expect(vendor.fatal).toBeNull();
    accept();
    say(vendor.fatal);
    expect(failures()).toHaveLength(1);
    expectNothingLeft();
  });

  it('survives messages that make no sense', () => {
    const { ears, accept, say, vendor, told, failures } = bench();
    accept();
    ears.hear(voice);
    say(['', '{', 'null', '[]', '7', '{"type":7}', '{"type":"Nothing we know"}', Uint8Array.of(0, 159, 146, 150)]);
    expect(failures()).toEqual([]);
    say(vendor.partial('still here'));
    expect(told).toContainEqual({ type: 'heard', text: 'still here' });
  });

  it('fails at a message that is far too large', () => {
    const { accept, say, failures, expectNothingLeft } = bench();
    accept();
    say(['x'.repeat(5_000_000)]);
    expect(failures()).toMatchObject([{ code: 'vendor/broken-stream' }]);
    expectNothingLeft();
  });

  it('fails when a voice is sent and nothing at all comes back', () => {
    const { ears, accept, clock, failures, expectNothingLeft } = bench();
    accept();
    for (let ms = 0; ms < 20_000; ms += 20) {
      ears.hear(voice);
      clock.advance(20);
    }
    expect(failures()).toMatchObject([{ code: 'vendor/timeout' }]);
    expectNothingLeft();
  });

  it('hears a voice for as long as something comes back', () => {
    const { ears, accept, say, vendor, clock, failures } = bench();
    accept();
    for (let second = 0; second < 30; second += 1) {
      for (let ms = 0; ms < 1000; ms += 20) ears.hear(voice);
      say(vendor.partial(`word ${second}`));
      clock.advance(1000);
    }
    expect(failures()).toEqual([]);
  });

  it('fails when it does not settle a turn, and tells the words it had where they were all', () => {
    const { ears, accept, say, vendor, clock, told, failures, expectNothingLeft } = bench();
    accept();
    ears.hear(voice);
    say(vendor.partial('all of it'));
    for (let ms = 0; ms < 80; ms += 20) ears.hear(voice);
    ears.settle();
    clock.advance(3000);
    if (!vendor.asksToSettle) return expect(told.at(-1)).toEqual({ type: 'turn-over', text: 'all of it' });
    expect(told.at(-2)).toEqual({ type: 'turn-over', text: 'all of it' });
    expect(failures()).toMatchObject([{ code: 'vendor/timeout' }]);
    expectNothingLeft();
  });

  it('leaves a turn of which it told a part alone to who hears it again', () => {
    const { ears, accept, say, vendor, clock, told, failures, expectNothingLeft } = bench();
    accept();
    ears.hear(voice);
    say(vendor.partial('half of it'));
    for (let ms = 0; ms < 500; ms += 20) ears.hear(voice);
    ears.settle();
    clock.advance(3000);
    expect(failures()).toMatchObject([{ code: vendor.asksToSettle ? 'vendor/timeout' : 'vendor/broken-stream' }]);
    expect(told.map(({ type }) => type)).not.toContain('turn-over');
    expectNothingLeft();
  });
}
