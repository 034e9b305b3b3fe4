import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeOnBothDatabases } from '../../tests/setup/describe-on-both.ts';
import { mulawSilence } from '../audio/mulaw.ts';
import { mulawWavHeaderBytes, toMulawWavHeader } from '../audio/mulaw-wav.ts';
import { systemRandom } from '../base/random.ts';
import type { BlobStore } from '../ports/blob-store.ts';
import { createLocalFiles } from '../providers/local-files/local-files.ts';
import { listEvents } from '../store/events.ts';
import { everyone } from '../store/reach.ts';
import { listRecordings } from '../store/recordings.ts';
import { recordCall } from './record-call.ts';
import { createRecordingDrafts, type RecordingDrafts } from './recording-drafts.ts';
import { openRoom, type Room, until } from './testing/open-room.ts';
import { createRecordingKeeper } from './wrap-up/keep-recordings.ts';

describeOnBothDatabases('a recording of our own', (openFresh) => {
  let room: Room;
  let blobs: BlobStore;
  let drafts: RecordingDrafts;
  const folder = mkdtempSync(join(tmpdir(), 'callwright-record-'));
  beforeAll(async () => {
    room = openRoom(await openFresh());
    blobs = createLocalFiles({ folder: join(folder, 'blobs'), random: systemRandom, clock: room.clock });
    drafts = createRecordingDrafts(join(folder, 'drafts'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const lookOnce = async () => {
    const keeper = createRecordingKeeper({ ...room, drafts, blobs, deleteCarrierCopies: false });
    keeper.start();
    await until(() => room.clock.pendingTimers === 1);
    await keeper.stop();
  };
  const begin = async (consent: unknown = null) => {
    const call = { id: (await room.place()).id, client_id: null, recording_consent: consent };
    const recorded = await recordCall({ ...room, db: room.store.db, drafts }, call);
    const only = async () => {
      const rows = await listRecordings(room.store.db, everyone, call.id);
      expect(rows).toHaveLength(1);
      return rows[0]!;
    };
    return { call, recorded, only, draft: await drafts.pathOf((await only()).id) };
  };
  const readAll = async (name: string) => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of await (await blobs.get(name))!.read()) chunks.push(chunk);
    return Buffer.concat(chunks);
  };
  const speech = new Uint8Array(8000).fill(0x21);

  it('is kept like the carrier’s once it is complete, and announced; its draft goes', async () => {
    const { call, recorded, only, draft } = await begin();
    expect(await only()).toMatchObject({ source: 'own', status: 'announced', carrier_sid: null, channels: 2 });
    for (let second = 0; second < 9; second += 1) recorded.recorder.heard(speech, second * 1000);
    await recorded.finish();
    await recorded.finish();
    expect(await only()).toMatchObject({ status: 'fetching', duration_seconds: 9 });
    await lookOnce();
    const row = await only();
    expect(row).toMatchObject({ status: 'ready', content_type: 'audio/wav', duration_seconds: 9, tries: 0 });
    expect(existsSync(draft)).toBe(true);
    await lookOnce();
    expect(existsSync(draft)).toBe(false);
    expect(await only()).toMatchObject({ status: 'ready', next_try_at: null });
    const file = await readAll(row.blob_name!);
    expect(file.subarray(0, mulawWavHeaderBytes)).toEqual(toMulawWavHeader({ channels: 2, dataBytes: 144_000 }));
    const events = await listEvents(room.store.db, call.id, { afterPosition: 0, limit: 100 });
    const ready = events.filter(({ type }) => type === 'recording.ready').map(({ data }) => data);
    expect(ready).toEqual([expect.objectContaining({ recording_id: row.id, source: 'own', duration_seconds: 9 })]);
  });

  it('of a person who was asked begins with their yes, and is none without it', async () => {
    const asked = { state: 'asked', words: null };
    const agreed = await begin(asked);
    agreed.recorded.recorder.heard(speech, 0);
    agreed.recorded.begin();
    agreed.recorded.recorder.heard(speech, 9000);
    await agreed.recorded.finish();
    expect(await agreed.only()).toMatchObject({ status: 'fetching', duration_seconds: 10 });
    const sound = readFileSync(agreed.draft).subarray(mulawWavHeaderBytes);
    expect(sound.subarray(0, 2 * 9000 * 8).every((byte) => byte === mulawSilence)).toBe(true);
    const silent = await begin(asked);
    silent.recorded.recorder.heard(speech, 0);
    await silent.recorded.finish();
    expect(await silent.only()).toMatchObject({ status: 'absent' });
    expect(existsSync(silent.draft)).toBe(false);
  });

  it('of a person who refuses is none, whatever was recorded before', async () => {
    const { recorded, only, draft } = await begin({ state: 'told', words: null });
    for (let second = 0; second < 9; second += 1) recorded.recorder.heard(speech, second * 1000);
    recorded.discard();
    recorded.begin();
    recorded.recorder.heard(speech, 9000);
    await recorded.finish();
    expect(await only()).toMatchObject({ status: 'absent', duration_seconds: null });
    expect(existsSync(draft)).toBe(false);
  });

  it('of a person who refused before their line broke is not begun again', async () => {
    const { recorded, only, draft } = await begin({ state: 'refused', words: 'Do not record this.' });
    recorded.begin();
    recorded.recorder.heard(speech, 0);
    await recorded.finish();
    expect(await only()).toMatchObject({ status: 'absent' });
    expect(existsSync(draft)).toBe(false);
  });

  it('of a server that was killed is found when its call is over, as far as it was written', async () => {
    const { call, recorded, only, draft } = await begin();
    for (let second = 0; second < 10; second += 1) recorded.recorder.heard(speech, second * 1000);
    await until(() => existsSync(draft));
    await new Promise((resolve) => setImmediate(resolve));
    room.clock.advance(60_000);
    await lookOnce();
    expect(await only()).toMatchObject({ status: 'announced' });
    await room.store.db.updateTable('calls').set({ ended_at: new Date() }).where('id', '=', call.id).execute();
    room.clock.advance(10 * 60_000);
    await lookOnce();
    const row = await only();
    expect(row).toMatchObject({ status: 'ready' });
    const file = await readAll(row.blob_name!);
    const dataBytes = file.length - mulawWavHeaderBytes;
    expect(dataBytes).toBeGreaterThan(0);
    expect(file.subarray(0, mulawWavHeaderBytes)).toEqual(toMulawWavHeader({ channels: 2, dataBytes }));
    expect(row.duration_seconds).toBe(Math.round(dataBytes / 16_000));
    await recorded.finish();
  });

  it('in which nothing was heard is told as absent', async () => {
    const { recorded, only, draft } = await begin();
    await recorded.finish();
    expect(await only()).toMatchObject({ status: 'absent', next_try_at: null });
    expect(existsSync(draft)).toBe(false);
  });
});
