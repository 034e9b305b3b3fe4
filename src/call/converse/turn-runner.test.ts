import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../../base/clock.ts';
import { createMemoryRecord } from '../testing/memory-record.ts';
import { defaultTurnPolicy as policy } from './turn/turn-policy.ts';
import { createTurnRunner, type EngineEffect, type TurnRunner } from './turn-runner.ts';

function start(onEffect: (runner: TurnRunner, effect: EngineEffect) => void = () => {}) {
  const clock = createFakeClock();
  const record = createMemoryRecord();
  const performed: string[] = [];
  const perform = (effect: EngineEffect) => {
    performed.push(effect.type);
    onEffect(runner, effect);
    performed.push(`${effect.type} done`);
  };
  const runner: TurnRunner = createTurnRunner({ callId: 'call_1', clock, policy, record, logSeq: 4, perform });
  runner.start();
  return { clock, record, performed, runner };
}

describe('the runner of the turn machine', () => {
  it('finishes the effects of one event before it begins the next, also when an effect brings that event', () => {
    const { performed, runner } = start((own, effect) => {
      if (effect.type === 'ask-reply') own.feed({ type: 'reply-failed', utterance: 1, retryable: false });
    });
    runner.feed({ type: 'connected', resumed: false, greeting: null });
    expect(performed).toEqual(['ask-reply', 'ask-reply done', 'speak', 'speak done']);
  });

  it('logs each step with its time and consecutive numbers', () => {
    const { clock, record, runner } = start();
    clock.advance(250);
    runner.feed({ type: 'connected', resumed: false, greeting: null });
    runner.feed({ type: 'voice-stopped' });
    expect(record.entries.map((entry) => [entry.seq, entry.machine])).toEqual([
      [5, 'turn'],
      [6, 'turn'],
    ]);
    expect(JSON.parse(record.entries[0]?.event ?? '')).toEqual({
      type: 'connected',
      resumed: false,
      greeting: null,
      atMs: 250,
    });
  });

  it('has one timer at a time and none once it is over', () => {
    const { clock, performed, runner } = start();
    expect(clock.pendingTimers).toBe(1);
    runner.feed({ type: 'connected', resumed: false, greeting: null });
    expect(clock.pendingTimers).toBe(1);
    runner.feed({ type: 'disconnected', clean: true });
    expect(performed.at(-1)).toBe('finish done');
    expect(clock.pendingTimers).toBe(0);
  });

  it('neither logs nor does anything once it is over, even for events that were waiting', () => {
    const { record, performed, runner } = start((own, effect) => {
      if (effect.type !== 'finish') return;
      own.feed({ type: 'person-said', text: 'late' });
    });
    runner.feed({ type: 'disconnected', clean: true });
    runner.feed({ type: 'disconnected', clean: true });
    expect(record.entries).toHaveLength(1);
    expect(performed).toEqual(['finish', 'finish done']);
  });

  it('leaves no timer, log or effect once it is closed, even from within a step', () => {
    const { clock, record, performed, runner } = start((own, effect) => {
      if (effect.type === 'speak') own.close();
    });
    runner.feed({ type: 'connected', resumed: false, greeting: 'Hello.' });
    expect(clock.pendingTimers).toBe(0);
    runner.feed({ type: 'person-said', text: 'late' });
    clock.advance(600_000);
    expect([record.entries.length, performed]).toEqual([1, ['speak', 'speak done']]);
  });

  it('takes the next event after an effect that threw', () => {
    let isBroken = true;
    const { performed, runner } = start(() => {
      if (isBroken) throw new Error('effect');
    });
    expect(() => runner.feed({ type: 'connected', resumed: false, greeting: null })).toThrow('effect');
    isBroken = false;
    runner.feed({ type: 'disconnected', clean: true });
    expect(performed.at(-1)).toBe('finish done');
  });
});
