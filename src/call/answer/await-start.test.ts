import { expect, it } from 'vitest';
import { createFakeClock } from '../../base/clock.ts';
import { createFakeCarrier } from '../testing/fake-carrier.ts';
import { createFakeLine } from '../testing/fake-line.ts';
import { settled } from '../testing/fake-model.ts';
import { awaitStart, type StartedStream } from './await-start.ts';

const start = { type: 'start', carrierSid: 'CA1', streamSid: 'MZ1', parameters: { callId: 'call_1' } };

async function begin(options: { isClosed?: boolean } = {}) {
  const clock = createFakeClock();
  const line = createFakeLine(options);
  let result: StartedStream | null | 'waiting' = 'waiting';
  void awaitStart({ socket: line.socket, codec: createFakeCarrier(clock).media, clock }).then((stream) => {
    result = stream;
  });
  await settled();
  const say = (frame: unknown) => line.receiveFrame(typeof frame === 'string' ? frame : JSON.stringify(frame));
  const now = async () => {
    await settled();
    return result;
  };
  return { clock, line, say, now };
}

it('gives the start, and what came after it to who listens first, in order and once', async () => {
  const { clock, line, say, now } = await begin();
  say({ type: 'nothing-yet' });
  say(start);
  say({ type: 'key', digit: '1' });
  say({ type: 'stop' });
  const stream = (await now()) as StartedStream;
  expect(stream).toMatchObject({ carrierSid: 'CA1', streamSid: 'MZ1', parameters: { callId: 'call_1' } });
  const [early, heard]: [string[], string[]] = [[], []];
  stream.socket.onFrame((frame) => early.push(frame));
  expect(early.map((frame) => JSON.parse(frame).type)).toEqual(['key', 'stop']);
  stream.socket.onFrame((frame) => heard.push(frame));
  say({ type: 'mark', name: 'x' });
  expect([early.length, heard.length]).toEqual([2, 1]);
  const closings: boolean[] = [];
  stream.socket.onClose((clean) => closings.push(clean));
  line.close(true);
  expect(closings).toEqual([true]);
  expect(clock.pendingTimers).toBe(0);
});

it('tells of a close that came while the call was looked up', async () => {
  const { line, say, now } = await begin();
  say(start);
  line.close(false);
  const closings: boolean[] = [];
  ((await now()) as StartedStream).socket.onClose((clean) => closings.push(clean));
  expect(closings).toEqual([false]);
});

it('waits five seconds for a start, and no longer', async () => {
  const { clock, say, now } = await begin();
  clock.advance(4999);
  expect(await now()).toBe('waiting');
  clock.advance(1);
  expect(await now()).toBeNull();
  say(start);
  expect(await now()).toBeNull();
  expect(clock.pendingTimers).toBe(0);
});

it('gives up on who says anything but a start', async () => {
  const { clock, say, now } = await begin();
  for (let frame = 0; frame < 19; frame += 1) say(frame % 2 ? '{bad' : { type: 'audio', payload: '' });
  expect(await now()).toBe('waiting');
  say('null');
  expect(await now()).toBeNull();
  expect(clock.pendingTimers).toBe(0);
});

it.each([[true], [false]])('gives up on a socket that is closed (already: %s)', async (isClosed) => {
  const { clock, line, now } = await begin({ isClosed });
  if (!isClosed) line.close(true);
  expect(await now()).toBeNull();
  expect(clock.pendingTimers).toBe(0);
});
