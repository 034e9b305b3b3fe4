/** Tones of machines on audio streams, heard by ourselves where the carrier was not asked who answers. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CallWithTurns, EventResource } from '../../src/api/contract/calls.ts';
import type { RunningServer } from '../setup/running-server.ts';
import { startSpokenServer } from '../setup/spoken-calls.ts';

let server: RunningServer;
beforeAll(async () => {
  server = await startSpokenServer();
});
afterAll(() => server.stop());

async function call(number: string, script: string): Promise<{ over: CallWithTurns; events: EventResource[] }> {
  server.person(number, script);
  const made = await server.post('/v1/assistants', {
    ...{ name: 'Clinic', prompt: 'Be kind.', engine: 'cascade', who_picked_up: { detect: 'heard' } },
    voicemail: { action: 'leave_message', message: 'Please call the clinic back.' },
  });
  const { id } = (await made.json()) as { id: number };
  const placed = await server.post('/v1/calls', { to: number, assistant_id: id });
  const over = await server.whenOver(((await placed.json()) as { id: string }).id);
  const { data } = await server.get<{ data: EventResource[] }>(`/v1/calls/${over.id}/events`);
  return { over, events: data };
}

describe('heard by ourselves', () => {
  it('the beep of a mailbox whose greeting gives nothing away has the message begin when it is over', async () => {
    const { over, events } = await call('+12125550130', 'answers after 1s\nis a voicemail "The Johnsons."');
    expect(over).toMatchObject({ answered_by: 'voicemail', voicemail_message: 'left', outcome: 'message_left' });
    expect(events.find(({ type }) => type === 'voicemail.detected')?.data).toMatchObject({ source: 'tone' });
    const truth = await server.simulator.whenCallEnds(over.carrier_sid ?? '');
    const [beep] = truth.tones;
    const message = truth.heard.find(({ text }) => text.includes('call the clinic back'));
    expect(message?.startedAtMs).toBeGreaterThanOrEqual((beep?.endedAtMs ?? Number.POSITIVE_INFINITY) - 50);
  });

  it('a fax machine is hung up on', async () => {
    const { over, events } = await call('+12125550131', 'answers after 1s\nis a fax machine');
    expect(over).toMatchObject({ answered_by: 'fax', outcome: 'fax', ended_by: 'assistant' });
    expect(events.find(({ type }) => type === 'fax.detected')?.data).toMatchObject({ source: 'tone' });
  });
});
