import { describe, expect, it } from 'vitest';
import type { CallRow } from '../store/calls.ts';
import type { Ending, Lifecycle, LifecycleEffect, Place } from './lifecycle-state.ts';
import { toRowChanges } from './row-of-lifecycle.ts';

const at = new Date('2026-01-05T15:00:30.400Z');
const earlier = new Date('2026-01-05T15:00:00Z');
const limits = { ringSeconds: 30, maxDurationSeconds: 60 };
const ending: Ending = { reason: 'person_hung_up', by: 'person', fault: null };
const over: Lifecycle = { phase: 'over', carrierSid: 'CA1', status: 'completed', ending };
const fresh = { revision: 4, carrier_sid: null, answered_at: null, dialing_at: null, ringing_at: null } as CallRow;

const place: Place = { kind: 'queue', dueAtMs: 4000, notAfterMs: null };
const sent = { place, tries: 1, sentAtMs: 0, cancelWanted: false };

const changesFor = (
  state: Lifecycle,
  given: { call?: Partial<CallRow>; effects?: LifecycleEffect[]; durationSeconds?: number } = {},
) =>
  toRowChanges(
    { ...fresh, ...given.call },
    { state, effects: given.effects ?? [] },
    { at, durationSeconds: given.durationSeconds ?? null },
  );

describe('the columns of a call', () => {
  it('count each step and say when to look again', () => {
    const state: Lifecycle = { phase: 'accepted', place, tries: 0, limits, checkAtMs: 5000 };
    expect(changesFor(state)).toMatchObject({ revision: 5, status: 'queued', check_at: new Date(5000) });
    expect(JSON.parse(String(changesFor(state).lifecycle))).toEqual(state);
  });

  it('hold the place in the queue while the call waits, and the number while it may ring', () => {
    const call = { ...fresh, to_number: '+15550101', dialing_at: earlier };
    const waiting: Lifecycle = { phase: 'accepted', place, tries: 1, limits, checkAtMs: 5000 };
    expect(changesFor(waiting, { call })).toMatchObject({ due_at: new Date(4000), fence: null, dialing_at: null });
    const sending: Lifecycle = { phase: 'sending', limits, checkAtMs: 0, ...sent };
    expect(changesFor(sending, { call })).toMatchObject({ due_at: null, fence: '+15550101' });
    expect(changesFor(over, { call })).toMatchObject({ due_at: null, fence: null });
  });

  it('keep the first time of each phase', () => {
    const sending: Lifecycle = { phase: 'sending', limits, checkAtMs: 0, ...sent };
    const ringing: Lifecycle = {
      phase: 'placed',
      limits,
      checkAtMs: 0,
      carrierSid: 'CA1',
      ringing: true,
      placedAtMs: 0,
      ending: null,
    };
    expect(changesFor(sending).dialing_at).toEqual(at);
    expect(changesFor(sending, { call: { dialing_at: earlier } }).dialing_at).toEqual(earlier);
    expect(changesFor(ringing).ringing_at).toEqual(at);
    expect(changesFor(ringing, { call: { ringing_at: earlier } }).ringing_at).toEqual(earlier);
    expect(changesFor({ ...ringing, ringing: false }).ringing_at).toBeUndefined();
  });

  it('take the carrier’s duration, else the time since the answer, else none', () => {
    expect(changesFor(over, { call: { answered_at: earlier }, durationSeconds: 29 }).duration_seconds).toBe(29);
    expect(changesFor(over, { call: { answered_at: earlier } }).duration_seconds).toBe(30);
    expect(changesFor(over).duration_seconds).toBe(0);
  });

  it('say at the end why, by whom and through whose fault, and ask for no more looks', () => {
    expect(changesFor(over)).toMatchObject({
      ended_at: at,
      ended_reason: 'person_hung_up',
      ended_by: 'person',
      fault: null,
      check_at: null,
      carrier_sid: 'CA1',
    });
  });

  it('keep the carrier’s id and its error', () => {
    const failed: Lifecycle = { phase: 'over', carrierSid: null, status: 'failed', ending };
    const effects: LifecycleEffect[] = [{ type: 'note-error', error: { code: 'carrier/21211', message: 'no' } }];
    const changes = changesFor(failed, { call: { carrier_sid: 'CA9' }, effects });
    expect(changes).toMatchObject({ carrier_sid: 'CA9', error_code: 'carrier/21211', error_message: 'no' });
  });
});
