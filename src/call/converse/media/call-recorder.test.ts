import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mulawSilence } from '../../../audio/mulaw.ts';
import { mulawWavHeaderBytes, toMulawWavHeader } from '../../../audio/mulaw-wav.ts';
import { frameBytes } from '../../../audio/telephone-frame.ts';
import { silentLogger } from '../../../base/log.ts';
import { until } from '../../testing/open-room.ts';
import { createCallRecorder } from './call-recorder.ts';
import { startLine, toSound } from './testing/start-line.ts';

let folder = '';
let files = 0;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'callwright-recorder-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function newPath(): string {
  files += 1;
  return join(folder, `${files}.wav`);
}

function start(path = newPath()) {
  const recorder = createCallRecorder({ path, log: silentLogger });
  const read = () => {
    const file = readFileSync(path);
    const data = file.subarray(mulawWavHeaderBytes);
    const side = (channel: number) => Uint8Array.from({ length: data.length / 2 }, (_, at) => data[at * 2 + channel]!);
    return { file, header: file.subarray(0, mulawWavHeaderBytes), left: side(0), right: side(1) };
  };
  return { path, recorder, read };
}

/** Of sound and the like, once what nobody holds any more is gone. */
function bytesInUse(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().arrayBuffers;
}

const frame = (value: number) => new Uint8Array(frameBytes).fill(value);

describe('a recording of what each side heard', () => {
  it('has the person left and the assistant right, each in its place, under a header that fits', async () => {
    const { recorder, read } = start();
    recorder.heard(frame(1), 0);
    recorder.played(frame(2), 40);
    recorder.heard(frame(3), 20);
    recorder.played(frame(4), 60);
    expect(await recorder.finish()).toEqual({ durationMs: 80 });
    const { header, left, right } = read();
    expect(header).toEqual(toMulawWavHeader({ channels: 2, dataBytes: 80 * 16 }));
    const silence = frame(mulawSilence);
    expect(Buffer.from(left)).toEqual(Buffer.concat([frame(1), frame(3), silence, silence]));
    expect(Buffer.from(right)).toEqual(Buffer.concat([silence, silence, frame(2), frame(4)]));
  });

  it('leaves out what was cleared before it was heard, within a frame too', async () => {
    const { recorder, read } = start();
    for (let at = 0; at < 200; at += 20) recorder.played(frame(7), at);
    recorder.heard(frame(1), 0);
    recorder.cleared(50);
    recorder.played(frame(8), 100);
    expect(await recorder.finish()).toEqual({ durationMs: 120 });
    const { right } = read();
    expect(right.findIndex((byte) => byte !== 7)).toBe(400);
    expect([...right.subarray(400, 800)].every((byte) => byte === mulawSilence)).toBe(true);
    expect([...right.subarray(800)].every((byte) => byte === 8)).toBe(true);
  });

  it('is what was told, for any order in which the two sides come', async () => {
    const step = fc.record({ isPerson: fc.boolean(), frames: fc.nat(30), waitMs: fc.nat(300), clears: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 80 }), async (steps) => {
        const { recorder, read } = start();
        const model = [new Map<number, number>(), new Map<number, number>()];
        let nowMs = 0;
        const nexts = [0, 0];
        for (const { isPerson, frames, waitMs, clears } of steps) {
          nowMs += waitMs;
          const side = isPerson ? 0 : 1;
          if (clears && !isPerson) {
            recorder.cleared(nowMs);
            for (const at of [...model[1]!.keys()]) if (at >= nowMs * 8) model[1]!.delete(at);
            nexts[1] = nowMs;
          }
          for (let count = 0; count < frames; count += 1) {
            const atMs = Math.max(nexts[side]!, nowMs - 1000);
            const value = (atMs + side) % 200;
            (isPerson ? recorder.heard : recorder.played)(frame(value), atMs);
            for (let at = 0; at < frameBytes; at += 1) model[side]!.set(atMs * 8 + at, value);
            nexts[side] = atMs + 20;
            if (nexts[side]! > nowMs + 200) break;
          }
        }
        const length =
          Math.max(-1, ...model.map((sound) => [...sound.keys()].reduce((most, at) => Math.max(most, at), -1))) + 1;
        const finished = await recorder.finish();
        expect(finished?.durationMs ?? 0).toBe(length / 8);
        const { left, right } = read();
        for (const [channel, sound] of [left, right].entries()) {
          expect(Buffer.from(sound)).toEqual(
            Buffer.from(Uint8Array.from({ length }, (_, at) => model[channel]!.get(at) ?? mulawSilence)),
          );
        }
      }),
      { numRuns: 40 },
    );
  });

  it('of a line holds what the carrier played, beside what the person said meanwhile', async () => {
    const { recorder, read } = start();
    const { line, carrier, clock } = startLine({ recorder });
    line.play(1, toSound(1, 100));
    for (let spoken = 0; spoken < 50; spoken += 1) {
      clock.advance(20);
      carrier.hear(frame(spoken + 1), 20 + spoken * 20);
    }
    line.clear();
    line.play(2, toSound(2, 5));
    line.end(2);
    clock.advance(500);
    line.close();
    expect(await recorder.finish()).toEqual({ durationMs: 1100 });
    const { left, right } = read();
    const played = Buffer.concat(carrier.played.map(({ sound }) => sound));
    expect(Buffer.from(right)).toEqual(played);
    expect(left[0]).toBe(1);
    expect(left[49 * frameBytes]).toBe(50);
  });

  it('reaches the disk while the call goes on, in bounded memory', async () => {
    const { recorder, path, read } = start();
    const before = bytesInUse();
    for (let second = 0; second < 3600; second += 1) {
      for (let at = 0; at < 1000; at += 500)
        recorder.heard(new Uint8Array(4000).fill(second % 200), second * 1000 + at);
      if (second % 30 === 0) await until(() => existsSync(path) && statSync(path).size > (second - 30) * 16_000);
    }
    expect(statSync(path).size).toBeGreaterThan(50_000_000);
    // What nobody holds any more is given back beside what runs, a little after it was found.
    await until(() => bytesInUse() - before < 4_000_000);
    expect(await recorder.finish()).toEqual({ durationMs: 3_600_000 });
    expect(read().left[2000 * 8000]).toBe(0);
    rmSync(path);
  });

  it('is given up, and nothing else, where it cannot be written', async () => {
    const { recorder } = start(join(folder, 'missing', 'x.wav'));
    recorder.heard(frame(1), 0);
    expect(await recorder.finish()).toBeNull();
    expect(await recorder.finish()).toBeNull();
  });
});
