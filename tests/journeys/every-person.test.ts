/** A call to each person of the simulated network: one final status, and a transcript of every word. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CallWithTurns } from '../../src/api/contract/calls.ts';
import type { SimulatedCallRecord } from '../../src/simulator/call-record.ts';
import { loadReadyPeople } from '../../src/simulator/person/ready-people.ts';
import { type RunningServer, startServer } from '../setup/running-server.ts';
import { expectBothSidesToAgree } from '../setup/spoken-calls.ts';

const reminder = {
  customerName: 'Sarah Johnson',
  accountId: 'ACC78910',
  callReason: 'Payment reminder',
  amount: '$250.00',
  dueDate: '2025-12-10',
};

let server: RunningServer;
beforeAll(async () => {
  server = await startServer({
    // Twenty calls at once: faster than this a busy machine misses the carrier's patience.
    speed: 4,
    overrides: {
      // People live four times as fast here, so patience is shorter too.
      assistant: { silence_ms: 2500 },
      policy: { personSpeakingMs: 11_000, playbackSlackMs: 2500, keysMs: 500, settleMs: 350 },
    },
  });
});
afterAll(() => server.stop());

async function callPerson(name: string): Promise<{ call: CallWithTurns; truth: SimulatedCallRecord }> {
  const person = loadReadyPeople().find((candidate) => candidate.person.name === name);
  if (!person) throw new Error(`nobody is called ${name}`);
  const sid = await server.dial(person.number, reminder);
  const call = await server.whenOver(sid);
  const truth = await server.simulator.whenCallEnds(sid);
  return { call, truth };
}

const expected: Record<string, Partial<CallWithTurns>> = {
  'sarah-johnson': { status: 'completed', outcome: 'talked', ended_by: 'assistant' },
  'patient-questions': { status: 'completed', outcome: 'talked' },
  busy: { status: 'busy', outcome: 'busy', ended_reason: 'busy' },
  'no-answer': { status: 'no_answer', outcome: 'no_answer' },
  declines: { status: 'busy', outcome: 'busy' },
  unreachable: { status: 'failed', outcome: 'failed', error: { code: 'carrier/13224', message: expect.any(String) } },
  voicemail: { status: 'completed', outcome: 'voicemail', answered_by: 'voicemail', ended_by: 'assistant' },
  'iphone-screener': { status: 'completed', outcome: 'talked', answered_by: 'person' },
  'pixel-screener': { status: 'completed', outcome: 'screened_out', answered_by: 'screener' },
  'phone-menu': { status: 'completed', answered_by: 'menu' },
  fax: { status: 'completed', outcome: 'fax', answered_by: 'fax' },
  silent: { status: 'completed', outcome: 'no_conversation', ended_reason: 'silence' },
  // Sixty words in one go, if they come first, are taken for a recording.
  nonsense: { status: 'completed', outcome: expect.stringMatching(/^(talked|voicemail)$/) },
  'asks-not-to-be-called': { status: 'completed', outcome: 'opted_out', ended_reason: 'asked_not_to_be_called' },
  'hangs-up-early': { status: 'completed', ended_reason: 'person_hung_up', ended_by: 'person' },
  'presses-keys': { status: 'completed' },
  'says-uh-huh': { status: 'completed', outcome: 'talked' },
  coughs: { status: 'completed', outcome: 'talked' },
  'speaks-slowly': { status: 'completed', outcome: 'talked' },
};

describe('a call to each person', () => {
  it('has an expectation for everybody', () => {
    expect(Object.keys(expected).sort()).toEqual(
      loadReadyPeople()
        .map(({ person }) => person.name)
        .sort(),
    );
  });

  it.concurrent.each(Object.keys(expected))('%s: one final status and a full transcript', async (name) => {
    const { call, truth } = await callPerson(name);
    expect(call).toMatchObject({ state: 'ended', ...expected[name] });
    expectBothSidesToAgree(call, truth);
    const events = await server.get<{ data: { type: string }[] }>(`/v1/calls/${call.id}/events`);
    expect(events.data.filter((event) => event.type === 'call.ended')).toHaveLength(1);
    expect(call.turns.every((turn) => turn.ended_at !== null)).toBe(true);
  });
});

describe('Sarah Johnson', () => {
  it('is asked about three times at least, interrupts once, and the record shows what was cut off', async () => {
    const { call } = await callPerson('sarah-johnson');
    const person = call.turns.filter((turn) => turn.speaker === 'person');
    expect(person.length).toBeGreaterThanOrEqual(3);
    const cut = call.turns.filter((turn) => turn.interrupted);
    expect(cut).toHaveLength(1);
    expect(cut[0]?.text.startsWith(cut[0].heard_text ?? '?')).toBe(true);
    expect(call.latency.reply_ms.count).toBeGreaterThanOrEqual(3);
  });
});

describe('someone who asked not to be called again', () => {
  it('is not dialled a second time, and the refusal is on record', async () => {
    const number = '+14155550142';
    server.person(number, 'answers after 1s\nlistens\nsays "Stop calling me."\nlistens');
    await server.whenOver(await server.dial(number, reminder));
    const before = server.simulator.calls().length;
    const response = await server.post('/api/outbound-call', { to: number, customParameters: reminder });
    expect(response.status).toBe(403);
    expect(await response.json()).toMatchObject({ code: 'dial/do-not-call' });
    expect(server.simulator.calls()).toHaveLength(before);
    const blocked = await server.get<{ data: CallWithTurns[] }>(
      `/v1/calls?status=blocked&to=${encodeURIComponent(number)}`,
    );
    expect(blocked.data).toMatchObject([{ status: 'blocked', error: { code: 'dial/do-not-call' } }]);
  });
});
