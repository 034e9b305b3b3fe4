/** Queries on the recordings of calls, the carrier's and our own: announced, fetched, kept, or never there. */
import type { Insertable, Selectable } from 'kysely';
import type { Reach } from './reach.ts';
import type { Db, RecordingsTable } from './schema.ts';

export type RecordingRow = Selectable<RecordingsTable>;
export type RecordingStatus = 'announced' | 'fetching' | 'ready' | 'absent' | 'failed';

/** What the carrier said of a recording. */
export interface RecordingNotice {
  id: string;
  callId: string;
  clientId: string | null;
  carrierSid: string;
  status: Exclude<RecordingStatus, 'ready'>;
  durationSeconds: number | null;
  channels: number | null;
  at: Date;
  /** When somebody should look for its sound; null for never. */
  nextTryAt: Date | null;
}

/** From which states a notice still changes something: a recording that is kept, or being fetched, stays so. */
const changeable: Record<RecordingNotice['status'], readonly RecordingStatus[]> = {
  announced: [],
  fetching: ['announced', 'absent', 'failed'],
  absent: ['announced'],
  failed: ['announced'],
};

/** Keeps what the carrier said, once for each of its recordings however often and in whatever order it says so. */
export async function noteRecording(db: Db, notice: RecordingNotice): Promise<void> {
  const row: Insertable<RecordingsTable> = {
    id: notice.id,
    call_id: notice.callId,
    client_id: notice.clientId,
    source: 'carrier',
    carrier_sid: notice.carrierSid,
    status: notice.status,
    duration_seconds: notice.durationSeconds,
    channels: notice.channels,
    blob_name: null,
    content_type: null,
    length: null,
    sha256: null,
    tries: 0,
    next_try_at: notice.nextTryAt,
    created_at: notice.at,
  };
  const { status, duration_seconds, channels, next_try_at } = row;
  await db
    .insertInto('recordings')
    .values(row)
    .onConflict((conflict) => conflict.column('carrier_sid').doNothing())
    .execute();
  const from = changeable[notice.status];
  if (from.length === 0) return;
  await db
    .updateTable('recordings')
    .set({ status, duration_seconds, channels, next_try_at, tries: 0 })
    .where('carrier_sid', '=', notice.carrierSid)
    .where('call_id', '=', notice.callId)
    .where('status', 'in', from)
    .execute();
}

/** A recording of our own has begun; should nobody say that it is complete, somebody looks for it at `nextTryAt`. */
export async function noteOwnRecording(
  db: Db,
  {
    id,
    callId,
    clientId,
    at,
    nextTryAt,
  }: { id: string; callId: string; clientId: string | null; at: Date; nextTryAt: Date },
): Promise<void> {
  const row: Insertable<RecordingsTable> = {
    ...{ id, call_id: callId, client_id: clientId, source: 'own', carrier_sid: null, status: 'announced', channels: 2 },
    ...{ duration_seconds: null, blob_name: null, content_type: null, length: null, sha256: null, tries: 0 },
    ...{ next_try_at: nextTryAt, created_at: at },
  };
  await db.insertInto('recordings').values(row).execute();
}

/** A recording of our own is complete, and to be kept from `at` on; `durationSeconds` null: nothing was recorded. */
export async function completeOwnRecording(
  db: Db,
  id: string,
  { durationSeconds, at }: { durationSeconds: number | null; at: Date },
): Promise<void> {
  const isThere = durationSeconds !== null;
  await db
    .updateTable('recordings')
    .set({
      status: isThere ? 'fetching' : 'absent',
      duration_seconds: durationSeconds,
      next_try_at: isThere ? at : null,
      tries: 0,
    })
    .where('id', '=', id)
    .where('status', '=', 'announced')
    .execute();
}

/** The recordings of a call, the newest first. */
export function listRecordings(db: Db, reach: Reach, callId: string): Promise<RecordingRow[]> {
  let query = db.selectFrom('recordings').selectAll().where('call_id', '=', callId);
  if (!reach.everyone) query = query.where('client_id', '=', reach.clientId);
  return query.orderBy('created_at', 'desc').orderBy('id', 'desc').execute();
}

/** Those that somebody should look after by `now`, the longest overdue first. */
export function findDueRecordings(db: Db, now: Date, limit: number): Promise<RecordingRow[]> {
  return db
    .selectFrom('recordings')
    .selectAll()
    .where('next_try_at', '<=', now)
    .orderBy('next_try_at')
    .limit(limit)
    .execute();
}

/** Takes on one try, so that no other node makes the same one; `until` is when it may be made again. */
export async function claimRecording(db: Db, recording: RecordingRow, until: Date): Promise<boolean> {
  const result = await db
    .updateTable('recordings')
    .set({ tries: recording.tries + 1, next_try_at: until })
    .where('id', '=', recording.id)
    .where('status', '=', recording.status)
    .where('tries', '=', recording.tries)
    .executeTakeFirst();
  return result.numUpdatedRows === 1n;
}

/** Puts off the next look. */
export async function postponeRecording(db: Db, id: string, nextTryAt: Date | null): Promise<void> {
  await db.updateTable('recordings').set({ next_try_at: nextTryAt }).where('id', '=', id).execute();
}

export async function giveUpRecording(db: Db, id: string): Promise<void> {
  await db
    .updateTable('recordings')
    .set({ status: 'failed', next_try_at: null })
    .where('id', '=', id)
    .where('status', 'in', ['announced', 'fetching'])
    .execute();
}

export interface KeptBlob {
  blobName: string;
  contentType: string;
  length: number;
  sha256: string;
  durationSeconds: number | null;
  /** When the copy that it was made from is to be deleted; null to leave it there. */
  deleteCopyAt: Date | null;
}

/** Notes that the sound is kept; false when it was noted before. */
export async function keepRecording(db: Db, id: string, kept: KeptBlob): Promise<boolean> {
  const result = await db
    .updateTable('recordings')
    .set({
      status: 'ready',
      blob_name: kept.blobName,
      content_type: kept.contentType,
      length: kept.length,
      sha256: kept.sha256,
      duration_seconds: kept.durationSeconds,
      tries: 0,
      next_try_at: kept.deleteCopyAt,
    })
    .where('id', '=', id)
    .where('status', 'in', ['announced', 'fetching'])
    .executeTakeFirst();
  return result.numUpdatedRows === 1n;
}
