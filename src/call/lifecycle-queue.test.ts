import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkAtMsOf, statusOf, step } from './lifecycle.ts';
import { beginQueuedLifecycle } from './lifecycle-beginnings.ts';
import type { CarrierReport, Lifecycle, LifecycleEvent } from './lifecycle-state.ts';

const limits = { ringSeconds: 30, maxDurationSeconds: 600 };
const sid = 'CA1';
const take = (state: Lifecycle, ...events: LifecycleEvent[]) =>
  events.reduce((now, event) => step(now, event).state, state);
const throttled = { type: 'carrier-refused', code: 20429, message: 'too many', again: true } as const;
const dayMs = 24 * 3600 * 1000;

describe('a call that waits', () => {
  it('for its time is scheduled, then queued, and told of once each', () => {
    const scheduled = beginQueuedLifecycle(limits, { atMs: 0, notBeforeMs: 60_000 });
    expect(statusOf(scheduled)).toBe('scheduled');
    const due = step(scheduled, { type: 'due', atMs: 60_000 });
    expect(statusOf(due.state)).toBe('queued');
    expect(due.effects).toEqual([{ type: 'announce', event: 'call.queued' }]);
    expect(step(due.state, { type: 'due', atMs: 61_000 }).effects).toEqual([]);
    const dialled = step(scheduled, { type: 'dial', atMs: 60_000 }).effects.map(
      (effect) => 'event' in effect && effect.event,
    );
    expect(dialled).toEqual(['call.queued', 'call.dialing', false]);
  });

  it('keeps its place when the carrier surely did not take it, and comes to its turn again', () => {
    const queued = beginQueuedLifecycle(limits, { atMs: 5000 });
    const back = take(queued, { type: 'dial', atMs: 6000 }, { ...throttled, atMs: 6100 });
    expect(back).toMatchObject({ phase: 'accepted', tries: 1, place: { kind: 'queue', dueAtMs: 5000 } });
    expect(take(back, { type: 'dial', atMs: 9000 })).toMatchObject({ phase: 'sending', tries: 2, sentAtMs: 9000 });
  });

  it('is over when it was canceled while the carrier turned it away', () => {
    const ending = { reason: 'canceled', by: 'request', fault: null } as const;
    const queued = beginQueuedLifecycle(limits, { atMs: 0 });
    const events: LifecycleEvent[] = [
      { type: 'dial', atMs: 1 },
      { type: 'cancel', ending, atMs: 2 },
      { ...throttled, atMs: 3 },
    ];
    expect(take(queued, ...events)).toMatchObject({ phase: 'over', status: 'canceled' });
  });

  it('is given up after the end that was named, or after a day in the queue, and not before', () => {
    const named = beginQueuedLifecycle(limits, { atMs: 0, notAfterMs: 60_000 });
    expect(take(named, { type: 'check', atMs: 59_999 }).phase).toBe('accepted');
    expect(take(named, { type: 'check', atMs: 60_000 })).toMatchObject({
      status: 'canceled',
      ending: { reason: 'expired' },
    });
    expect(take(named, { type: 'postponed', dueAtMs: 60_000, atMs: 1 })).toMatchObject({
      ending: { reason: 'expired' },
    });
    const unnamed = beginQueuedLifecycle(limits, { atMs: 0 });
    expect(checkAtMsOf(unnamed)).toBe(dayMs);
    const later = take(unnamed, { type: 'postponed', dueAtMs: 2 * dayMs, atMs: 1 });
    expect([statusOf(later), checkAtMsOf(later)]).toEqual(['scheduled', 3 * dayMs]);
  });

  it('is taken back by whoever was to send it and did not, and by nobody else', () => {
    const queued = beginQueuedLifecycle(limits, { atMs: 0 });
    const sent = take(queued, { type: 'dial', atMs: 1 });
    expect(take(sent, { type: 'not-sent', tries: 1, atMs: 2 }).phase).toBe('accepted');
    const lookedFor = take(sent, { type: 'check', atMs: 20_000 });
    expect(take(lookedFor, { type: 'not-sent', tries: 1, atMs: 60_000 }).phase).toBe('accepted');
    const again = take(sent, { ...throttled, atMs: 2 }, { type: 'dial', atMs: 3 });
    expect(take(again, { type: 'not-sent', tries: 1, atMs: 4 })).toBe(again);
  });

  it('is bound to a phone that rings after all', () => {
    const back = take(beginQueuedLifecycle(limits, { atMs: 0 }), { type: 'dial', atMs: 1 }, { ...throttled, atMs: 2 });
    const rings = { type: 'carrier-reported', carrierSid: sid, status: 'ringing', error: null, atMs: 3 } as const;
    expect(take(back, rings)).toMatchObject({ phase: 'placed', carrierSid: sid, ringing: true });
  });

  it('is not touched by a server that starts', () => {
    const queued = beginQueuedLifecycle(limits, { atMs: 0 });
    expect(take(queued, { type: 'server-started', atMs: 1 })).toBe(queued);
  });
});

describe('the callbacks of one call', () => {
  /** Every order of every selection. */
  function* ordersOf<T>(rest: readonly T[], taken: readonly T[] = []): Generator<readonly T[]> {
    yield taken;
    for (const [index, next] of rest.entries()) yield* ordersOf(rest.toSpliced(index, 1), [...taken, next]);
  }

  it('lead to one end in all orders of up to six of them, before and after the answer to our request', () => {
    const report = (status: CarrierReport): LifecycleEvent => ({
      type: 'carrier-reported',
      carrierSid: sid,
      status,
      error: null,
      atMs: 10,
    });
    const accepted: LifecycleEvent = { type: 'carrier-accepted', carrierSid: sid, atMs: 10 };
    const six = [
      report('initiated'),
      report('ringing'),
      report('in_progress'),
      report('completed'),
      report('ringing'),
      accepted,
    ];
    let orders = 0;
    for (const order of ordersOf(six)) {
      orders += 1;
      let state = take(beginQueuedLifecycle(limits, { atMs: 0 }), { type: 'dial', atMs: 1 });
      const told: string[] = [];
      for (const event of [...order, report('completed')]) {
        const next = step(state, event);
        if (state.phase === 'over') expect(next.state).toBe(state);
        for (const effect of next.effects) {
          expect(effect.type).toBe('announce');
          if (effect.type === 'announce') told.push(effect.event);
        }
        state = next.state;
      }
      expect(state).toMatchObject({ phase: 'over', status: 'completed', carrierSid: sid });
      expect(new Set(told).size).toBe(told.length);
      expect(told.filter((event) => event === 'call.ended')).toHaveLength(1);
    }
    expect(orders).toBe(1957);
  });
});

describe('whatever happens to a call that waits', () => {
  const event = fc.constantFrom<LifecycleEvent>(
    { type: 'dial', atMs: 0 },
    { type: 'due', atMs: 0 },
    { type: 'postponed', dueAtMs: 50_000, atMs: 0 },
    { ...throttled, atMs: 0 },
    { type: 'not-sent', tries: 1, atMs: 0 },
    { type: 'dial-outcome-unknown', message: '', atMs: 0 },
    { type: 'server-started', atMs: 0 },
    { type: 'check', atMs: 0 },
    { type: 'carrier-knows-nothing', atMs: 0 },
  );

  it('asks for a phone again only after the carrier surely did not take the last request, and comes to an end', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 30 }), (events) => {
        let state: Lifecycle = beginQueuedLifecycle(limits, { atMs: 0, notAfterMs: 100_000 });
        let isOpen = false;
        for (const [index, next] of events.entries()) {
          const made = step(state, { ...next, atMs: index * 100 });
          if (made.effects.some(({ type }) => type === 'place-call')) {
            expect(isOpen).toBe(false);
            isOpen = true;
          }
          const isBack = made.state.phase === 'accepted' && state.phase !== 'accepted';
          if (isBack) expect(['carrier-refused', 'not-sent']).toContain(next.type);
          if (isBack) isOpen = false;
          state = made.state;
        }
        for (let looks = 0; state.phase !== 'over' && looks < 20; looks += 1) {
          const atMs: number = state.checkAtMs;
          const checked = step(state, { type: 'check', atMs });
          state = checked.state;
          const asks = checked.effects.some(({ type }) => type === 'look-for-call' || type === 'ask-carrier');
          if (asks) state = step(state, { type: 'carrier-knows-nothing', atMs }).state;
        }
        expect(state.phase).toBe('over');
      }),
      { numRuns: 1000 },
    );
  });
});
