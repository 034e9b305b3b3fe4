import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { describeOnBothDatabases } from '../../../tests/setup/describe-on-both.ts';
import { systemRandom } from '../../base/random.ts';
import type { BlobStore } from '../../ports/blob-store.ts';
import type { CarrierEvent } from '../../ports/carrier.ts';
import { createLocalFiles } from '../../providers/local-files/local-files.ts';
import { listCarrierTranscript } from '../../store/carrier-transcripts.ts';
import { listEvents } from '../../store/events.ts';
import { everyone, onlyOf } from '../../store/reach.ts';
import { listRecordings } from '../../store/recordings.ts';
import { createRecordingDrafts } from '../recording-drafts.ts';
import { openRoom, type Room, until } from '../testing/open-room.ts';
import { createRecordingKeeper } from './keep-recordings.ts';

type Status = Extract<CarrierEvent, { type: 'recording-changed' }>['status'];
type PlacedCall = { id: string; carrierSid: string };

const hour = 3_600_000;
const sound = Buffer.from('RIFF-and-then-some-sound');
const sha256 = createHash('sha256').update(sound).digest('hex');

describeOnBothDatabases('the recordings of a call', (openFresh) => {
  let room: Room;
  let blobs: BlobStore;
  const folder = mkdtempSync(join(tmpdir(), 'callwright-keep-'));
  const drafts = createRecordingDrafts(join(folder, 'drafts'));
  beforeAll(async () => {
    room = openRoom(await openFresh());
    blobs = createLocalFiles({ folder, random: systemRandom, clock: room.clock });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  beforeEach(async () => {
    await room.store.db.deleteFrom('recordings').execute();
    room.carrier.isDown = false;
  });

  let sids = 0;
  const newSid = () => {
    sids += 1;
    return `RE${String(sids).padStart(32, '0')}`;
  };
  const tellRecording = (call: PlacedCall, recordingSid: string, status: Status) =>
    room.hear({
      type: 'recording-changed',
      ...{ carrierSid: call.carrierSid, recordingSid, status },
      durationSeconds: status === 'completed' ? 12 : null,
      channels: 2,
      query: new URLSearchParams({ callId: call.id }),
    });
  const only = async (callId: string) => {
    const rows = await listRecordings(room.store.db, everyone, callId);
    expect(rows).toHaveLength(1);
    return rows[0]!;
  };
  const readyEvents = async (callId: string) => {
    const events = await listEvents(room.store.db, callId, { afterPosition: 0, limit: 100 });
    return events.filter(({ type }) => type === 'recording.ready');
  };
  /** A keeper's one look, as of a process that starts and stops. */
  const lookOnce = async (changes: { blobs?: BlobStore; deleteCarrierCopies?: boolean } = {}) => {
    const keeper = createRecordingKeeper({ ...room, drafts, blobs, deleteCarrierCopies: false, ...changes });
    keeper.start();
    await until(() => room.clock.pendingTimers === 1);
    await keeper.stop();
    expect(room.clock.pendingTimers).toBe(0);
  };
  /** A call whose recording is complete, and is there at the carrier unless told otherwise. */
  const recorded = async (isThere = true) => {
    const call = await room.place({ verification: 98765 });
    const sid = newSid();
    if (isThere) room.carrier.recordings.set(sid, sound);
    await tellRecording(call, sid, 'completed');
    return { call, sid };
  };

  it('are fetched, kept whole and announced once, however often the carrier repeats itself', async () => {
    const call = await room.place({ verification: 98765 });
    const sid = newSid();
    room.carrier.recordings.set(sid, sound);
    await tellRecording(call, sid, 'in_progress');
    expect(await only(call.id)).toMatchObject({ status: 'announced' });
    await lookOnce();
    expect(await only(call.id)).toMatchObject({ status: 'announced' });
    for (const status of ['completed', 'in_progress', 'completed', 'absent', 'failed'] as const) {
      await tellRecording(call, sid, status);
    }
    await lookOnce();
    expect(await only(call.id)).toMatchObject({ status: 'ready' });
    await tellRecording(call, sid, 'completed');
    await lookOnce();
    const row = await only(call.id);
    expect(row).toMatchObject({
      ...{ status: 'ready', carrier_sid: sid, duration_seconds: 12, channels: 2, next_try_at: null },
      ...{ blob_name: `recordings/${row.id}.wav`, content_type: 'audio/wav', length: sound.length, sha256 },
    });
    const events = await readyEvents(call.id);
    expect(events.map(({ data }) => data)).toEqual([
      {
        ...{ recording_id: row.id, source: 'carrier', duration_seconds: 12, channels: 2, content_type: 'audio/wav' },
        ...{ length: sound.length, verification: 98765 },
      },
    ]);
    expect(await blobs.get(row.blob_name!)).toMatchObject({ length: sound.length, contentType: 'audio/wav' });
    expect(room.carrier.recordings.has(sid)).toBe(true);
  });

  it('are fetched when the word that they are complete comes after another, or never', async () => {
    const call = await room.place();
    const [swapped, silent] = [newSid(), newSid()];
    for (const sid of [swapped, silent]) room.carrier.recordings.set(sid, sound);
    await tellRecording(call, swapped, 'completed');
    await tellRecording(call, swapped, 'in_progress');
    await tellRecording(call, silent, 'in_progress');
    await lookOnce();
    room.clock.advance(11 * 60_000);
    await lookOnce();
    const statuses = async () => {
      const rows = await listRecordings(room.store.db, everyone, call.id);
      return new Map(rows.map(({ carrier_sid, status }) => [carrier_sid, status]));
    };
    // While the call goes on there is nothing to be had.
    expect(await statuses()).toEqual(
      new Map([
        [swapped, 'ready'],
        [silent, 'announced'],
      ]),
    );
    await room.tell(call, 'in_progress');
    await room.tell(call, 'completed', 5);
    room.clock.advance(11 * 60_000);
    await lookOnce();
    expect((await statuses()).get(silent)).toBe('ready');
  });

  it.each(['absent', 'failed'] as const)('that are %s are noted so, and not looked for', async (status) => {
    const call = await room.place();
    await tellRecording(call, newSid(), status);
    expect(await only(call.id)).toMatchObject({ status, next_try_at: null });
    await lookOnce();
    expect(await readyEvents(call.id)).toEqual([]);
  });

  it('are tried again and again, later and later, over restarts, until they are there', async () => {
    const { call, sid } = await recorded(false);
    const waitsMs: number[] = [];
    for (let tries = 1; tries <= 9; tries += 1) {
      await lookOnce();
      const row = await only(call.id);
      expect(row).toMatchObject({ status: 'fetching', tries });
      waitsMs.push(row.next_try_at!.getTime() - room.clock.now());
      room.clock.advance(waitsMs.at(-1)! - 1);
      await lookOnce();
      expect(await only(call.id)).toMatchObject({ tries });
      room.clock.advance(1);
    }
    expect(waitsMs.map((ms) => ms / 1000)).toEqual([2, 5, 15, 60, 300, 900, 3600, 3600, 3600]);
    room.carrier.isDown = true;
    await lookOnce();
    room.carrier.isDown = false;
    room.carrier.recordings.set(sid, sound);
    room.clock.advance(hour);
    await lookOnce();
    expect(await only(call.id)).toMatchObject({ status: 'ready' });
    expect(await readyEvents(call.id)).toHaveLength(1);
  });

  it('are given up after a day', async () => {
    const { call } = await recorded(false);
    for (let looks = 0; looks < 40; looks += 1) {
      await lookOnce();
      room.clock.advance(hour);
    }
    expect(await only(call.id)).toMatchObject({ status: 'failed', next_try_at: null });
  });

  it.each([0, 1, 10, 23])('are never kept in part: cut at byte %i, they are fetched anew', async (cutAt) => {
    const { call, sid } = await recorded();
    const cut: typeof room.carrier.fetchRecording = async () => ({
      contentType: 'audio/wav',
      length: sound.length,
      body: (async function* () {
        yield sound.subarray(0, cutAt);
      })(),
    });
    const keeper = { ...room, carrier: { ...room.carrier, fetchRecording: cut } };
    const looking = createRecordingKeeper({ ...keeper, drafts, blobs, deleteCarrierCopies: true });
    looking.start();
    await until(() => room.clock.pendingTimers === 1);
    await looking.stop();
    const row = await only(call.id);
    expect(row).toMatchObject({ status: 'fetching', blob_name: null });
    expect(await blobs.get(`recordings/${row.id}.wav`)).toBeNull();
    expect(room.carrier.recordings.has(sid)).toBe(true);
    room.clock.advance(2000);
    await lookOnce();
    expect(await only(call.id)).toMatchObject({ status: 'ready', sha256 });
  });

  it('are taken by one of several nodes, and announced once', async () => {
    const { call } = await recorded();
    let fetches = 0;
    const counted: typeof room.carrier.fetchRecording = (sid) => {
      fetches += 1;
      return room.carrier.fetchRecording(sid);
    };
    const nodes = Array.from({ length: 5 }, () =>
      createRecordingKeeper({
        ...{ ...room, drafts, blobs, deleteCarrierCopies: false },
        carrier: { ...room.carrier, fetchRecording: counted },
      }),
    );
    for (const node of nodes) node.start();
    await until(() => room.clock.pendingTimers === nodes.length);
    for (const node of nodes) await node.stop();
    expect(fetches).toBe(1);
    expect(await only(call.id)).toMatchObject({ status: 'ready' });
    expect(await readyEvents(call.id)).toHaveLength(1);
  });

  it('whose fetching was cut off by a crash are fetched again', async () => {
    const { call } = await recorded();
    const never: BlobStore = { ...blobs, put: () => new Promise(() => {}) };
    const dying = createRecordingKeeper({ ...room, drafts, blobs: never, deleteCarrierCopies: false });
    dying.start();
    await until(async () => (await only(call.id)).tries === 1);
    await lookOnce();
    expect(await only(call.id)).toMatchObject({ status: 'fetching', tries: 1 });
    room.clock.advance(10 * 60_000);
    await lookOnce();
    expect(await only(call.id)).toMatchObject({ status: 'ready' });
  });

  it('lose the carrier’s copy only when that is wanted, and only when ours is whole', async () => {
    const { call, sid } = await recorded();
    await lookOnce({ deleteCarrierCopies: true });
    expect(room.carrier.recordings.has(sid)).toBe(true);
    const row = await only(call.id);
    expect(row).toMatchObject({ status: 'ready' });
    const path = join(folder, row.blob_name!);
    writeFileSync(path, 'RIFF-and-then-some-SOUND');
    await lookOnce({ deleteCarrierCopies: true });
    expect(room.carrier.recordings.has(sid)).toBe(true);
    writeFileSync(path, sound);
    room.carrier.isDown = true;
    room.clock.advance(2000);
    await lookOnce({ deleteCarrierCopies: true });
    room.carrier.isDown = false;
    room.clock.advance(hour);
    await lookOnce({ deleteCarrierCopies: true });
    expect(room.carrier.recordings.has(sid)).toBe(false);
    expect(await only(call.id)).toMatchObject({ status: 'ready', next_try_at: null });
    expect(await readyEvents(call.id)).toHaveLength(1);
  });

  it('are seen by their own client alone', async () => {
    const call = await room.place();
    await room.store.db.updateTable('calls').set({ client_id: 'client_a' }).where('id', '=', call.id).execute();
    const sid = newSid();
    await tellRecording(call, sid, 'completed');
    expect(await listRecordings(room.store.db, onlyOf('client_a'), call.id)).toHaveLength(1);
    expect(await listRecordings(room.store.db, onlyOf('client_b'), call.id)).toEqual([]);
  });

  it('do not move to another call that names the same recording', async () => {
    const [call, other] = [await room.place(), await room.place()];
    const sid = newSid();
    await tellRecording(call, sid, 'in_progress');
    await tellRecording(other, sid, 'completed');
    expect(await only(call.id)).toMatchObject({ status: 'announced' });
    expect(await listRecordings(room.store.db, everyone, other.id)).toEqual([]);
  });

  it('and the carrier’s transcript is kept piece by piece, each once, in its order', async () => {
    const call = await room.place();
    const piece = (sequence: number | null, speaker: 'person' | 'assistant', text: string) =>
      room.hear({
        type: 'transcribed',
        ...{ carrierSid: call.carrierSid, speaker, text, sequence },
        query: new URLSearchParams({ callId: call.id }),
      });
    await piece(3, 'assistant', 'Fine.');
    await piece(2, 'person', 'How are\0 you?\ud800');
    await piece(2, 'person', 'How are you?');
    await piece(null, 'person', 'Bye.');
    await piece(5, 'person', '  ');
    await piece(Number.MAX_SAFE_INTEGER, 'person', 'x'.repeat(20_000));
    const rows = await listCarrierTranscript(room.store.db, call.id);
    expect(rows.map(({ sequence, speaker, text }) => [sequence, speaker, text.slice(0, 20)])).toEqual([
      [2, 'person', 'How are you?\ufffd'],
      [3, 'assistant', 'Fine.'],
      [4, 'person', 'Bye.'],
      [5, 'person', 'x'.repeat(20)],
    ]);
    expect(rows.at(-1)?.text).toHaveLength(10_000);
  });
});
