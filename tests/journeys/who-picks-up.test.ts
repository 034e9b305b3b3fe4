/** Who picks up a call, and what the assistant does about it: mailboxes, over the carrier's relay. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { CallWithTurns } from '../../src/api/contract/calls.ts';
import type { SimulatedCallRecord } from '../../src/simulator/call-record.ts';
import { type RunningServer, startServer } from '../setup/running-server.ts';

const speed = 5;
let server: RunningServer;
beforeAll(async () => {
  server = await startServer({
    speed,
    overrides: {
      policy: { personSpeakingMs: 12_000, playbackSlackMs: 2000, settleMs: 200 },
      pickup: { quietMs: 500, quietForCarrierMs: 3000, greetingMs: 12_000, putThroughMs: 12_000, askingMs: 2000 },
    },
  });
});
afterEach(() => server.simulator.setFaults({}));
afterAll(() => server.stop());

const message = 'Hello {{name}}, this is Acme with a message. Please call us back. Goodbye.';
const spoken = 'Hello Sarah, this is Acme with a message. Please call us back. Goodbye.';

async function makeAssistant(changes: Record<string, unknown>): Promise<number> {
  const response = await server.post('/v1/assistants', {
    name: 'Acme',
    prompt: 'You remind people.',
    welcome_message: 'Hello, this is Acme, an automated assistant.',
    engine: 'relay',
    ...changes,
  });
  const body = (await response.json()) as { id: number };
  if (response.status !== 201) throw new Error(JSON.stringify(body));
  return body.id;
}

async function callWith(changes: Record<string, unknown>, script: string) {
  const id = await makeAssistant(changes);
  const number = `+141555502${String(id % 100).padStart(2, '0')}`;
  server.person(number, script);
  const placed = await server.post('/v1/calls', { to: number, assistant_id: id, variables: { name: 'Sarah' } });
  const { id: callId } = (await placed.json()) as { id: string };
  const call = await server.whenOver(callId);
  const truth = await server.simulator.whenCallEnds(call.carrier_sid ?? '');
  return { call, truth };
}

/** What a mailbox has on its tape. */
function taped(truth: SimulatedCallRecord): string[] {
  const [beep] = truth.tones;
  return truth.heard.flatMap((heard) => (beep && heard.startedAtMs >= beep.endedAtMs - 50 ? [heard.text.trim()] : []));
}

async function eventsOf(call: CallWithTurns): Promise<string[]> {
  const { data } = await server.get<{ data: { type: string }[] }>(`/v1/calls/${call.id}/events`);
  return data.map((event) => event.type);
}

const greeting =
  'Hi, this is the home of the Johnson family. Nobody can come to the phone right now. Please leave a message after the tone.';
const mailbox = `answers after 1s\nis a voicemail "${greeting}"`;
const leaving = { voicemail: { action: 'leave_message', message } };

describe('a mailbox', () => {
  it('is left its message once, whole and after the tone', async () => {
    const { call, truth } = await callWith(leaving, mailbox);
    expect(taped(truth)).toEqual([spoken]);
    expect(call).toMatchObject({ answered_by: 'voicemail', voicemail_message: 'left', outcome: 'message_left' });
    expect(call).toMatchObject({ ended_reason: 'message_left', ended_by: 'assistant' });
    const events = await eventsOf(call);
    expect(events).toEqual(expect.arrayContaining(['voicemail.detected', 'voicemail.message_left', 'answer.detected']));
    expect(truth.answeredBy).toBe('machine_end_beep');
  });
});
