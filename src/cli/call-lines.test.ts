import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { CallWithTurns, EventResource, TurnResource } from '../api/contract/calls.ts';
import { notHeard, toEventLine, toSummary } from './call-lines.ts';

const none = { count: 0, p50: null, p95: null };
const noLatency = {
  ...{ reply_ms: none, decided_ms: none, final_ms: none, first_token_ms: none, first_sound_ms: none },
  ...{ first_frame_ms: none, heard_ms: none },
};
const steps = { final_ms: null, first_sound_ms: null, heard_ms: null };
const startedAtMs = Date.UTC(2026, 0, 5, 15, 0, 0);

function lineOf(type: string, data: Record<string, unknown>): string | null {
  const at = new Date(startedAtMs + 12_345).toISOString();
  const event: EventResource = { id: 'event_1', type, call_id: 'call_1', at, data };
  const line = toEventLine(event, startedAtMs);
  return line === null ? null : stripVTControlCharacters(line);
}

const turn = (changes: Partial<TurnResource>): TurnResource => ({
  ...{ index: 0, speaker: 'assistant', text: 'Hello.', heard_text: 'Hello.', heard_source: 'confirmed' },
  ...{ interrupted: false, started_at: '2026-01-05T15:00:00Z', ended_at: null, reply_ms: null, latency: null },
  ...changes,
});

describe('the line for an event', () => {
  it.each([
    ['call.queued', {}, '  12.3s  ● queued'],
    ['call.started', {}, '  12.3s  ● answered'],
    ['call.ended', { status: 'no_answer', ended_reason: 'no_answer' }, '  12.3s  ● no_answer (no answer)'],
    ['call.ended', { status: 'failed', ended_reason: null }, '  12.3s  ● failed (unknown)'],
    ['turn.completed', turn({ speaker: 'person', text: 'Why?' }), '  12.3s  Person      Why?'],
    ['turn.completed', turn({ speaker: 'operator' }), '  12.3s  Operator    Hello.'],
    ['turn.completed', turn({}), '  12.3s  Assistant   Hello.'],
    [
      'turn.completed',
      turn({ text: 'You owe us a lot.', heard_text: 'You owe', interrupted: true }),
      '  12.3s  Assistant   You owe ✂ cut off: "us a lot."',
    ],
    [
      'turn.completed',
      turn({ latency: { ...steps, decided_ms: 380, first_token_ms: 250, first_frame_ms: 421 } }),
      "  12.3s  Assistant   Hello.  (after the person's last sound: turn over 380 ms, first word 250 ms, first sound 421 ms)",
    ],
    ['something.new', {}, null],
  ])('%s %j', (type, data, line) => {
    expect(lineOf(type, data as Record<string, unknown>)).toBe(line);
  });

  it('lets nobody on the phone write to the terminal', () => {
    const event = turn({ speaker: 'person', text: 'a\u001b[2J\u0007\nb\u009bc' });
    const at = new Date(startedAtMs).toISOString();
    const line = toEventLine({ id: 'e', type: 'turn.completed', call_id: 'c', at, data: { ...event } }, startedAtMs);
    expect(line).toMatch(/ a \[2J b c$/);
  });
});

describe('the part that was not heard', () => {
  it.each([
    [turn({ text: 'One two three.', heard_text: 'One two' }), 'three.'],
    [turn({ text: 'One two.', heard_text: null }), 'One two.'],
    [turn({ text: 'One two.', heard_text: 'Something else' }), 'One two.'],
    [turn({ text: 'One.', heard_text: 'One.' }), ''],
  ])('of %j', (one, rest) => {
    expect(notHeard(one)).toBe(rest);
  });
});

describe('the summary', () => {
  const call = {
    ...{ id: 'call_1', carrier_sid: 'CA1', status: 'completed', ended_reason: 'person_hung_up', ended_by: 'person' },
    ...{
      outcome: 'talked',
      duration_seconds: 31,
      turns: [turn({}), turn({ speaker: 'person', text: 'Bye.', heard_text: 'Bye.' })],
    },
    latency: { ...noLatency, reply_ms: { count: 2, p50: 100, p95: 240 } },
  } as unknown as CallWithTurns;

  it('says what became of the call and where to look further', () => {
    const lines = stripVTControlCharacters(toSummary(call, 'http://localhost:3000')).split('\n');
    expect(lines).toEqual(
      expect.arrayContaining([
        '  status      completed (person hung up, by person)',
        '  replies     2, half of them within 100 ms, 95 % within 240 ms',
        '  cut off     0 times',
        '    person     Bye.',
        '    http://localhost:3000/v1/calls/call_1',
      ]),
    );
  });

  it('of a call that never came about has no null in it', () => {
    const failed = {
      ...call,
      carrier_sid: null,
      duration_seconds: null,
      turns: [],
      latency: noLatency,
      ended_by: 'carrier',
    };
    expect(toSummary(failed, 'http://localhost:3000')).not.toMatch(/null|undefined/);
  });
});
