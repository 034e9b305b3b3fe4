import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeOnBothDatabases } from '../../../tests/setup/describe-on-both.ts';
import { systemRandom } from '../../base/random.ts';
import type { BlobStore } from '../../ports/blob-store.ts';
import { createLocalFiles } from '../../providers/local-files/local-files.ts';
import { addToDoNotCall } from '../../store/do-not-call.ts';
import { askForErasure, findErasure } from '../../store/erasures.ts';
import { everyone } from '../../store/reach.ts';
import { storeQueuedCall } from '../place-call.ts';
import { createRecordingDrafts } from '../recording-drafts.ts';
import { openRoom, type Room, request, until } from '../testing/open-room.ts';
import { createEraser, type Retention } from './erase-people.ts';

const dayMs = 24 * 3600 * 1000;
/** Stands in all that is said. */
const canary = 'Sarah has a canary';

describeOnBothDatabases('what may not be kept', (openFresh) => {
  let room: Room;
  let blobs: BlobStore;
  const folder = mkdtempSync(join(tmpdir(), 'callwright-erase-'));
  const drafts = createRecordingDrafts(join(folder, 'drafts'));
  const client = (id: string, limits: object) => {
    const at = new Date(room.clock.now());
    const row = { id, name: id, status: 'Active', profile: '{}', created_at: at, updated_at: at };
    return room.store.db
      .insertInto('clients')
      .values({ ...row, limits: JSON.stringify(limits) })
      .execute();
  };
  beforeAll(async () => {
    room = openRoom(await openFresh());
    blobs = createLocalFiles({ folder, random: systemRandom, clock: room.clock });
    await client('client_a', { keep_recordings_days: 10, keep_transcripts_days: 20 });
    await client('client_b', {});
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const look = async (retention: Retention = { recordingsDays: null, transcriptsDays: null }) => {
    const eraser = createEraser({ ...room, drafts, blobs, retention });
    eraser.start();
    await until(() => room.clock.pendingTimers === 1);
    await eraser.stop();
  };

  let calls = 0;
  /** A call that is over, with a recording and the canary wherever something is said. */
  const talked = async (clientId: string, to: string) => {
    calls += 1;
    const { db } = room.store;
    const call = await room.place({ clientId, to, agenda: canary, parameters: { name: `known as ${calls}` } });
    await room.tell(call, 'in_progress');
    await room.tell(call, 'completed', 10);
    const at = new Date(room.clock.now());
    const about = { call_id: call.id, at };
    const turn = { call_id: call.id, index: 0, speaker: 'person', text: canary, heard_text: canary };
    await db
      .insertInto('turns')
      .values({ ...turn, heard_source: 'said', interrupted: false, started_at: at })
      .execute();
    const tool = {
      call_id: call.id,
      number: 1,
      request: 1,
      turn_index: 0,
      id: 'a',
      name: 'take_message',
      state: 'done',
    };
    await db
      .insertInto('tool_calls')
      .values({ ...tool, arguments: canary, result: canary, asked_at: at })
      .execute();
    const event = {
      ...about,
      id: `event_${calls}`,
      client_id: clientId,
      type: 'turn.completed',
      key: 'turn.completed:0',
    };
    await db
      .insertInto('events')
      .values({ ...event, data: JSON.stringify({ text: canary }) })
      .execute();
    await db
      .insertInto('webhook_messages')
      .values({ event_id: event.id, call: JSON.stringify({ to, canary }) })
      .execute();
    const log = { ...about, seq: 1000, machine: 'turn', event: JSON.stringify({ canary }), effects: '[]' };
    await db.insertInto('call_log').values(log).execute();
    const [sid, name] = [`RE${String(calls).padStart(32, '0')}`, `recordings/recording_${calls}.wav`];
    room.carrier.recordings.set(sid, Buffer.from('sound'));
    await blobs.put(name, { contentType: 'audio/wav', length: 5, body: bytes() });
    await db
      .insertInto('recordings')
      .values({
        ...{ id: `recording_${calls}`, call_id: call.id, client_id: clientId, carrier_sid: sid, status: 'ready' },
        ...{ duration_seconds: 1, channels: 2, blob_name: name, content_type: 'audio/wav', length: 5, sha256: 'x' },
        ...{ tries: 0, created_at: at },
      })
      .execute();
    return { id: call.id, sid, name };
  };
  async function* bytes() {
    yield Buffer.from('sound');
  }

  /** Everything that the database holds and that names one of these, by table. */
  const tablesWith = async (...words: string[]) => {
    const { db } = room.store;
    const { rows } = await sql<{ name: string }>`
      select table_name as name from information_schema.tables where table_schema = 'public' order by 1`.execute(db);
    const found: string[] = [];
    for (const { name } of rows) {
      const all = await sql<{ row: string }>`select to_jsonb(t)::text as row from ${sql.table(name)} t`.execute(db);
      if (all.rows.some(({ row }) => words.every((word) => row.includes(word)))) found.push(name);
    }
    return found;
  };
  const isRecorded = async ({ id, sid, name }: { id: string; sid: string; name: string }) => [
    ...[room.carrier.recordings.has(sid), (await blobs.get(name)) !== null],
    (await tablesWith(`recording_`, id)).includes('recordings'),
  ];

  it('is erased when a client’s days are over: the sound first, the words later, and never that there was a call', async () => {
    const own = await talked('client_a', '+15550001001');
    const other = await talked('client_b', '+15550001002');
    room.clock.advance(9 * dayMs);
    await look();
    expect(await isRecorded(own)).toEqual([true, true, true]);
    room.clock.advance(2 * dayMs);
    await look();
    expect(await isRecorded(own)).toEqual([false, false, false]);
    expect((await room.find(own.id)).agenda).toBe(canary);
    room.clock.advance(10 * dayMs);
    await look();
    expect(await tablesWith(own.id, canary)).toEqual([]);
    expect(await room.find(own.id)).toMatchObject({
      ...{ status: 'completed', to_number: '+15550001001', agenda: null, words_erased_at: expect.any(Date) },
    });
    expect(await room.events(own.id)).toContain('turn.completed');
    expect(await isRecorded(other)).toEqual([true, true, true]);
    expect(await tablesWith(other.id, canary)).toContain('turns');
    await look({ recordingsDays: 5, transcriptsDays: 5 });
    expect(await isRecorded(other)).toEqual([false, false, false]);
    expect(await tablesWith(other.id, canary)).toEqual([]);
  });

  it('is gone over again where the carrier was away', async () => {
    const call = await talked('client_a', '+15550001003');
    room.clock.advance(11 * dayMs);
    room.carrier.isDown = true;
    await look();
    expect(await isRecorded(call)).toEqual([true, false, true]);
    room.carrier.isDown = false;
    await look();
    expect(await isRecorded(call)).toEqual([false, false, false]);
  });

  it('of a person is erased for the client that asks, but for who must not be called, and that a number was called', async () => {
    const number = '+15550001004';
    const { db } = room.store;
    const own = await talked('client_a', number);
    const other = await talked('client_b', number);
    const later = { notBefore: { atMs: room.clock.now() + 90 * dayMs }, notAfter: null, window: null, timezone: 'UTC' };
    const waiting = await room.store.transaction((tx) =>
      storeQueuedCall(room, tx, { ...request, clientId: 'client_a', to: number, schedule: later }),
    );
    await addToDoNotCall(db, {
      ...{ client_id: 'client_a', number, reason: 'asked', call_id: own.id, created_at: new Date(room.clock.now()) },
    });
    const wish = (id: string) =>
      room.store.transaction((tx) =>
        askForErasure(tx, { id, client_id: 'client_a', number, asked_at: new Date(room.clock.now()) }),
      );
    expect((await wish('erasure_1')).id).toBe('erasure_1');
    expect((await wish('erasure_2')).id).toBe('erasure_1');
    await look();
    // What the carrier tells of a call comes within minutes of its end.
    expect(await isRecorded(own)).toEqual([true, true, true]);
    expect((await room.find(waiting.id)).status).toBe('canceled');
    room.clock.advance(dayMs);
    await look();
    expect(await isRecorded(own)).toEqual([false, false, false]);
    expect(await tablesWith(own.id, canary)).toEqual([]);
    expect(await room.find(own.id)).toMatchObject({ to_number: number, parameters: {}, person_erased_at: null });
    expect(await findErasure(db, everyone, 'erasure_1')).toMatchObject({ done_at: null });
    room.clock.advance(7 * dayMs);
    await look();
    expect(await room.find(own.id)).toMatchObject({ to_number: 'erased', status: 'completed', client_id: 'client_a' });
    expect(await findErasure(db, everyone, 'erasure_1')).toMatchObject({ done_at: expect.any(Date), number: 'erased' });
    expect(await tablesWith(number, '"client_a"')).toEqual(['do_not_call']);
    expect(await isRecorded(other)).toEqual([true, true, true]);
    expect(await room.find(other.id)).toMatchObject({ to_number: number });
  });

  it('of a person who talks is let alone until they have hung up', async () => {
    const number = '+15550001005';
    const call = await room.place({ clientId: 'client_a', to: number });
    await room.tell(call, 'in_progress');
    const asked = { id: 'erasure_3', client_id: null, number, asked_at: new Date(room.clock.now()) };
    await room.store.transaction((tx) => askForErasure(tx, asked));
    room.clock.advance(8 * dayMs);
    await look();
    expect(await room.find(call.id)).toMatchObject({ to_number: number, status: 'in_progress' });
    await room.tell(call, 'completed', 10);
    room.clock.advance(dayMs);
    await look();
    expect(await tablesWith(number)).toEqual([]);
  });
});
