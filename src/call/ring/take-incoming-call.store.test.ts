import { expect, it } from 'vitest';
import { describeOnBothDatabases } from '../../../tests/setup/describe-on-both.ts';
import { usualDefinition } from '../../assistant/assistant.ts';
import { insertAssistant, publishVersion, updateAssistant } from '../../store/assistants.ts';
import { countCallsOnLines } from '../../store/calls.ts';
import type { Store } from '../../store/open-store.ts';
import { insertPhoneNumber } from '../../store/phone-numbers.ts';
import { hearCarrier } from '../hear-carrier.ts';
import { openRoom, type Room } from '../testing/open-room.ts';

const at = new Date('2026-01-05T15:00:00Z');
let numbers = 0;

/** A number of its own where an assistant answers. */
async function openNumber(
  store: Store,
  definition: Partial<typeof usualDefinition> = {},
  clientId: string | null = null,
) {
  numbers += 1;
  const number = `+1555777${String(numbers).padStart(4, '0')}`;
  const whole = { ...usualDefinition, name: 'Reception', prompt: 'You are the reception.', ...definition };
  const { id } = await insertAssistant(store.db, {
    name: whole.name,
    client_id: clientId,
    draft: JSON.stringify(whole),
    created_at: at,
    updated_at: at,
  });
  const version = { version: 1, definition: JSON.stringify(whole), published_at: at, published_by: null };
  await publishVersion(store.db, { assistant_id: id, ...version });
  const times = { created_at: at, updated_at: at };
  await insertPhoneNumber(store.db, {
    id: `number_${numbers}`,
    number,
    assistant_id: id,
    client_id: clientId,
    ...times,
  });
  return { number, assistantId: id };
}

const sidOf = (call: number) => `CA${String(call).padStart(32, '0')}`;
const ring = (room: Room, to: string, call = 9000 + numbers) =>
  room.hear({
    type: 'instructions-wanted',
    carrierSid: sidOf(call),
    from: '+15559876543',
    to,
    direction: 'inbound',
    query: new URLSearchParams(),
  });

describeOnBothDatabases('a call that comes in', (openFresh) => {
  it('is stored with who answers, as it is published, and connected to it', async () => {
    const room = openRoom(await openFresh());
    const { number, assistantId } = await openNumber(room.store, {
      welcome_message: 'Good day!',
      agenda: 'Take orders.',
    });
    const instruction = await ring(room, number);
    const call = await room.find(sidOf(9000 + numbers));
    expect(call).toMatchObject({
      ...{ direction: 'inbound', dialect: 'inbound', status: 'in_progress', engine: 'media', client_id: null },
      ...{ to_number: number, from_number: '+15559876543', assistant_id: assistantId, assistant_version: 1 },
      ...{ welcome_message: 'Good day!', agenda: 'Take orders.', parameters: {}, sessions_offered: 1 },
      assistant: { name: 'Reception', prompt: 'You are the reception.', ring_seconds: 60 },
    });
    expect(instruction).toMatchObject({
      type: 'stream-audio',
      socketPath: '/streams',
      parameters: { To: number, From: '+15559876543', callId: call.id },
      afterPath: null,
    });
    expect(await room.events(call.id)).toEqual(['call.ringing', 'call.started']);
  });

  it('asked about twice, one after the other or at once, is one record with one answer', async () => {
    const room = openRoom(await openFresh());
    const { number } = await openNumber(room.store);
    const answers = await Promise.all(Array.from({ length: 5 }, () => ring(room, number)));
    answers.push(await ring(room, number));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(await countCallsOnLines(room.store.db)).toBe(1);
  });

  it('is spoken with over the carrier’s relay where the assistant says so', async () => {
    const room = openRoom(await openFresh());
    const { number } = await openNumber(room.store, { engine: 'relay', language: 'de-DE' });
    expect(await ring(room, number)).toMatchObject({ type: 'converse-by-relay', language: 'de-DE', parameters: {} });
  });

  it('does not speak words that need values nobody gave', async () => {
    const room = openRoom(await openFresh());
    const { number } = await openNumber(room.store, { welcome_message: 'Hello {{name}}!', agenda: 'Take orders.' });
    await ring(room, number);
    const call = await room.find(sidOf(9000 + numbers));
    expect(call).toMatchObject({ welcome_message: null, agenda: null });
  });

  it('is turned away with words at a number without an assistant, leaving no record', async () => {
    const room = openRoom(await openFresh());
    const { number, assistantId } = await openNumber(room.store);
    const apology = { type: 'say-and-hang-up', text: expect.stringMatching(/nobody can be reached at this number/) };
    expect(await ring(room, '+15550000000')).toMatchObject(apology);
    await updateAssistant(room.store.db, assistantId, { archived_at: at });
    expect(await ring(room, number)).toMatchObject(apology);
    expect(await countCallsOnLines(room.store.db)).toBe(0);
  });

  it('is turned away at the number of a client that is not active', async () => {
    const room = openRoom(await openFresh());
    const client = { id: 'client_1', name: 'One', profile: '{}', limits: '{}', created_at: at, updated_at: at };
    await room.store.db
      .insertInto('clients')
      .values({ ...client, status: 'Active', twilio_phone_number: null, elevenlabs_agent_id: null })
      .execute();
    const { number } = await openNumber(room.store, {}, 'client_1');
    expect(await ring(room, number)).toMatchObject({ type: 'stream-audio' });
    expect((await room.find(sidOf(9000 + numbers))).client_id).toBe('client_1');
    await room.store.db.updateTable('clients').set({ status: 'Suspended' }).execute();
    expect(await ring(room, number, 8000)).toMatchObject({ type: 'say-and-hang-up' });
  });

  it('is turned away when no line is free, and while the server takes no calls', async () => {
    const room = openRoom(await openFresh());
    const { number } = await openNumber(room.store);
    const busy = { type: 'say-and-hang-up', text: expect.stringMatching(/nobody is free to take your call now/) };
    const event = { type: 'instructions-wanted', from: '', to: number, direction: 'inbound' } as const;
    const asked = { ...event, carrierSid: sidOf(1), query: new URLSearchParams() };
    expect(await hearCarrier({ ...room, maxCallsOnLines: 0 }, asked)).toMatchObject(busy);
    expect(await hearCarrier({ ...room, maxCallsOnLines: 1, takesCalls: () => false }, asked)).toMatchObject(busy);
    expect(await hearCarrier({ ...room, maxCallsOnLines: 1 }, asked)).toMatchObject({ type: 'stream-audio' });
  });

  it('that is over is hung up when it is asked about again', async () => {
    const room = openRoom(await openFresh());
    const { number } = await openNumber(room.store);
    await ring(room, number);
    const call = await room.find(sidOf(9000 + numbers));
    await room.tell({ id: call.id, carrierSid: call.carrier_sid ?? '' }, 'completed', 3);
    expect(await ring(room, number)).toEqual({ type: 'hang-up' });
  });
});
