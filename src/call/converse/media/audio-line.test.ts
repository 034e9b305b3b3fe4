import { describe, expect, it } from 'vitest';
import { mulawSilence } from '../../../audio/mulaw.ts';
import { frameBytes } from '../../../audio/telephone-frame.ts';
import { createFakeClock } from '../../../base/clock.ts';
import { silentLogger } from '../../../base/log.ts';
import { plainMediaCodec } from '../../testing/fake-carrier.ts';
import { createAudioLine, type LineEvent } from './audio-line.ts';
import { createPacer } from './pacer.ts';
import { fromSound, startLine, toSound } from './testing/start-line.ts';

const speech = new Uint8Array(frameBytes).fill(0x10);
const quiet = new Uint8Array(frameBytes).fill(mulawSilence);

describe('an utterance', () => {
  it('begins within the very call that brings its sound, 200 ms ahead, and goes on at the telephone’s pace', () => {
    const { line, clock, frames, told } = startLine();
    line.play(1, toSound(1, 100));
    expect(frames()).toBe(10);
    expect(told()).toEqual([{ type: 'first-frame', utterance: 1 }]);
    clock.advance(1000);
    expect(frames()).toBe(60);
  });

  it('is confirmed every half second, at its end, and then is finished', () => {
    const { line, clock, told, carrier } = startLine();
    line.play(1, toSound(1, 60));
    line.end(1);
    clock.advance(2000);
    expect(told()).toEqual([
      { type: 'first-frame', utterance: 1 },
      { type: 'played', utterance: 1, playedMs: 500 },
      { type: 'played', utterance: 1, playedMs: 1000 },
      { type: 'played', utterance: 1, playedMs: 1200 },
      { type: 'finished', utterance: 1 },
    ]);
    expect(carrier.played).toHaveLength(60);
    expect(clock.pendingTimers).toBe(0);
  });

  it('is confirmed where that is wanted, at the end of the frame with that moment; a past one as soon as possible', () => {
    const { line, clock, told } = startLine();
    line.confirmAt(1, 130);
    line.confirmAt(1, 55);
    line.play(1, toSound(1, 100));
    clock.advance(140);
    const played = () => told().flatMap((event) => (event.type === 'played' ? [event.playedMs] : []));
    expect(played()).toEqual([60, 140]);
    line.confirmAt(1, 170);
    clock.advance(200);
    // 340 ms had been sent when it was asked for.
    expect(played()).toEqual([60, 140, 340]);
  });

  it('keeps back less than a frame until its rest comes, or no more does', () => {
    const { line, clock, carrier } = startLine();
    const sound = toSound(1, 3);
    for (let at = 0; at < 330; at += 33) line.play(1, sound.subarray(at, at + 33));
    clock.advance(500);
    expect(carrier.played.map((piece) => piece.sound.length)).toEqual([160, 160]);
    line.end(1);
    clock.advance(500);
    expect(Buffer.concat(carrier.played.map((piece) => piece.sound))).toEqual(Buffer.from(sound.subarray(0, 330)));
  });

  it('follows the one before it, which it ends', () => {
    const { line, clock, told, carrier } = startLine();
    line.play(1, toSound(1, 20));
    line.play(2, toSound(2, 5));
    line.play(1, toSound(1, 5));
    line.end(2);
    clock.advance(1000);
    expect(carrier.played.map(({ sound }) => fromSound(sound).utterance)).toEqual([
      ...Array.from({ length: 20 }, () => 1),
      ...Array.from({ length: 5 }, () => 2),
    ]);
    expect(told().filter(({ type }) => type === 'finished')).toEqual([
      { type: 'finished', utterance: 1 },
      { type: 'finished', utterance: 2 },
    ]);
  });

  it('without any sound is finished once what is before it was heard', () => {
    const { line, clock, told } = startLine();
    line.play(1, toSound(1, 5));
    line.end(2);
    expect(told().at(-1)).toEqual({ type: 'first-frame', utterance: 1 });
    clock.advance(100);
    expect(told().at(-1)).toEqual({ type: 'finished', utterance: 2 });
  });

  it('catches up after the process stood still, no further than its lead', () => {
    const { line, clock, frames, carrier } = startLine();
    line.play(1, toSound(1, 500));
    const before = frames();
    clock.advance(1000);
    expect(frames() - before).toBe(50);
    expect(carrier.mostAheadMs).toBe(200);
  });

  it('longer than ten minutes is cut there', () => {
    const { line, frames, clock } = startLine();
    line.pause();
    for (let minute = 0; minute < 11; minute += 1) line.play(1, toSound(1, 3000));
    line.end(1);
    line.resume();
    clock.advance(12 * 60_000);
    expect(frames()).toBe(30_000);
  });
});

describe('silence at once', () => {
  it('drops everything and says what was confirmed of the newest', () => {
    const { line, clock, carrier, events } = startLine();
    line.play(1, toSound(1, 100));
    clock.advance(620);
    expect(line.isPlaying).toBe(true);
    expect(line.clear()).toEqual({ utterance: 1, playedMs: 500 });
    expect(line.isPlaying).toBe(false);
    const told = events.length;
    line.play(1, toSound(1, 10));
    line.end(1);
    clock.advance(1000);
    expect(carrier.sent.at(-1)).toEqual({ type: 'clear', streamSid: 'MZ1' });
    expect(carrier.played).toHaveLength(31);
    expect(events).toHaveLength(told);
    expect(line.clear()).toBeNull();
    expect(clock.pendingTimers).toBe(0);
  });

  it('says nothing to the carrier where nothing of ours is heard', () => {
    const { line, clock, carrier } = startLine();
    line.clear();
    line.play(1, toSound(1, 5));
    line.end(1);
    clock.advance(1000);
    expect(line.clear()).toEqual({ utterance: 1, playedMs: 100 });
    expect(carrier.sent.map(({ type }) => type)).not.toContain('clear');
  });

  it('takes marks that come back because of it for nothing', () => {
    const { line, clock, told } = startLine({ latencyMs: 50 });
    line.play(1, toSound(1, 100));
    clock.advance(400);
    line.clear();
    clock.advance(1000);
    expect(told()).toEqual([{ type: 'first-frame', utterance: 1 }]);
  });

  it('can be for a while: then it goes on with what was not confirmed', () => {
    const { line, clock, carrier, told } = startLine();
    line.play(1, toSound(1, 40));
    line.end(1);
    clock.advance(620);
    line.pause();
    line.pause();
    expect(line.isPlaying).toBe(true);
    clock.advance(5000);
    expect(carrier.played).toHaveLength(31);
    line.resume();
    clock.advance(5000);
    const indexes = carrier.played.map(({ sound }) => fromSound(sound).index);
    expect(indexes).toEqual([
      ...Array.from({ length: 31 }, (_, at) => at),
      ...Array.from({ length: 15 }, (_, at) => at + 25),
    ]);
    expect(told().map(({ type }) => type)).toEqual(['first-frame', 'played', 'played', 'finished']);
  });

  it('can be from within what is told, even of the frame that has just gone out', () => {
    const { line, clock, carrier, hooks } = startLine();
    hooks.on = ({ type }) => void (type === 'first-frame' && line.clear());
    line.play(1, toSound(1, 50));
    clock.advance(1000);
    expect(carrier.played).toEqual([]);
    expect(carrier.sent.map(({ type }) => type)).toEqual(['audio', 'clear']);
  });
});

describe('the person', () => {
  it('is heard in frames of 20 ms, and their keys with them', () => {
    const { carrier, events } = startLine();
    carrier.hear(speech, 20);
    carrier.say({ type: 'key', digit: '5' });
    carrier.hear(quiet);
    expect(events).toEqual([
      { type: 'sound', sound: Buffer.from(speech) },
      { type: 'key', digit: '5' },
      { type: 'sound', sound: Buffer.from(quiet) },
    ]);
  });

  it('may be speaking, says the energy of their sound', () => {
    const { carrier, told } = startLine();
    for (let frame = 0; frame < 10; frame += 1) carrier.hear(quiet);
    for (let frame = 0; frame < 20; frame += 1) carrier.hear(speech);
    for (let frame = 0; frame < 20; frame += 1) carrier.hear(quiet);
    expect(told()).toEqual([
      { type: 'voice', active: true },
      { type: 'voice', active: false },
    ]);
  });
});

describe('the line ends', () => {
  it.each<[string, (carrier: ReturnType<typeof startLine>['carrier']) => void, boolean]>([
    ['when the stream is over', (carrier) => carrier.say({ type: 'stop' }), true],
    ['when its socket closes', (carrier) => carrier.close(true), true],
    ['when its socket breaks', (carrier) => carrier.close(false), false],
  ])('%s', (_when, end, clean) => {
    const { line, carrier, clock, told } = startLine();
    line.play(1, toSound(1, 100));
    end(carrier);
    carrier.close(false);
    const sent = carrier.sent.length;
    line.play(2, toSound(2, 10));
    line.resume();
    line.clear();
    clock.advance(5000);
    expect(told().at(-1)).toEqual({ type: 'closed', clean });
    expect(told()).toHaveLength(2);
    expect(carrier.sent).toHaveLength(sent);
    expect(clock.pendingTimers).toBe(0);
  });

  it('when we close it, and then nothing more is told', () => {
    const { line, carrier, clock, told } = startLine();
    line.play(1, toSound(1, 100));
    line.close();
    carrier.say({ type: 'key', digit: '1' });
    carrier.close(true);
    clock.advance(5000);
    expect(carrier.closedByUs).toEqual({ code: 1000, reason: 'conversation over' });
    expect(told()).toEqual([{ type: 'first-frame', utterance: 1 }]);
    expect(clock.pendingTimers).toBe(0);
  });

  it('after twenty frames in a row that make no sense, and not before', () => {
    const { carrier } = startLine();
    for (let frame = 0; frame < 19; frame += 1) carrier.sayFrame('{bad');
    carrier.hear(quiet);
    for (let frame = 0; frame < 19; frame += 1) carrier.sayFrame('{bad');
    expect(carrier.closedByUs).toBeNull();
    carrier.sayFrame('{bad');
    expect(carrier.closedByUs).toEqual({ code: 1008, reason: 'too many bad frames' });
  });
});

describe('what waited before the line was there', () => {
  const startWith = (frames: string[], on: (event: LineEvent) => void) => {
    const clock = createFakeClock();
    return createAudioLine({
      ...{ callId: 'call_1', streamSid: 'MZ1', codec: plainMediaCodec, clock, pacer: createPacer(clock) },
      ...{ log: silentLogger, recorder: null, on },
      socket: {
        send() {},
        close() {},
        onFrame: (listener) => {
          for (const frame of frames) listener(frame);
        },
        onClose() {},
      },
    });
  };

  it('is told right after, in its order', async () => {
    const told: string[] = [];
    const frames = [{ type: 'key', digit: '1' }, { type: 'key', digit: '2' }, { type: 'stop' }];
    const line = startWith(
      frames.map((frame) => JSON.stringify(frame)),
      (event) => {
        told.push(event.type === 'key' ? event.digit : event.type);
        if (event.type === 'key') expect(line.isPlaying).toBe(false);
      },
    );
    expect(told).toEqual([]);
    await Promise.resolve();
    expect(told).toEqual(['1', '2', 'closed']);
  });

  it('is not told when the line was closed meanwhile', async () => {
    const told: LineEvent[] = [];
    const line = startWith([JSON.stringify({ type: 'key', digit: '1' })], (event) => told.push(event));
    line.close();
    await Promise.resolve();
    expect(told).toEqual([]);
  });
});
