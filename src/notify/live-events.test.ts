import { describe, expect, it } from 'vitest';
import { silentLogger } from '../base/log.ts';
import type { EventRow } from '../store/events.ts';
import { urgencyNow, whileAwaited } from '../store/urgency.ts';
import { createLiveEvents } from './live-events.ts';

const event = (position: number): EventRow => ({
  position,
  id: `event_${position}`,
  call_id: 'call_1',
  client_id: null,
  type: 'call.ringing',
  key: `key ${position}`,
  at: new Date(0),
  data: {},
});

describe('live events', () => {
  it('reach every listener in their order, from its subscription until it leaves', () => {
    const live = createLiveEvents();
    const [early, late]: [number[], number[]] = [[], []];
    const leave = live.subscribe(({ position }) => early.push(position));
    live.publish([event(1), event(2)]);
    live.subscribe(({ position }) => late.push(position));
    live.publish([event(3)]);
    leave();
    live.publish([event(4)]);
    expect([early, late]).toEqual([
      [1, 2, 3],
      [3, 4],
    ]);
  });

  it('reach the others when a listener throws, which is logged with its call', () => {
    const lines: unknown[] = [];
    const live = createLiveEvents({ ...silentLogger, error: (fields) => void lines.push(fields) });
    const heard: number[] = [];
    live.subscribe(() => {
      throw new Error('full');
    });
    live.subscribe(({ position }) => heard.push(position));
    expect(() => live.publish([event(1), event(2)])).not.toThrow();
    expect(heard).toEqual([1, 2]);
    expect(lines).toEqual([
      { callId: 'call_1', reason: 'full' },
      { callId: 'call_1', reason: 'full' },
    ]);
  });

  it('are heard in the background, whoever waits for what caused them', async () => {
    const live = createLiveEvents();
    const heard: string[] = [];
    live.subscribe(() => void heard.push(urgencyNow()));
    await whileAwaited('carrier', async () => {
      live.publish([event(1)]);
      heard.push(urgencyNow());
    });
    expect(heard).toEqual(['background', 'carrier']);
  });

  it('let a listener leave while it is told', () => {
    const live = createLiveEvents();
    const heard: number[] = [];
    const leave = live.subscribe(({ position }) => {
      heard.push(position);
      leave();
    });
    live.publish([event(1), event(2)]);
    expect(heard).toEqual([1]);
  });
});
