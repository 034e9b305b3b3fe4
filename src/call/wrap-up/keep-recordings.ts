/**
 * Keeps recordings, the carrier's and those made here: fetched, written whole and read back; tried again for a day, over
 * restarts, by one node at a time.
 */
import { createHash } from 'node:crypto';
import type { Clock } from '../../base/clock.ts';
import { CallwrightError, messageOf } from '../../base/errors.ts';
import type { NewId } from '../../base/ids.ts';
import type { Logger } from '../../base/log.ts';
import { createRepetition, type Rhythm } from '../../base/repetition.ts';
import type { LiveEvents } from '../../notify/live-events.ts';
import type { BlobStore } from '../../ports/blob-store.ts';
import type { Carrier, RecordingMedia } from '../../ports/carrier.ts';
import { findCall } from '../../store/calls.ts';
import { type EventRow, insertEvents } from '../../store/events.ts';
import type { Store } from '../../store/open-store.ts';
import { everyone } from '../../store/reach.ts';
import {
  claimRecording,
  findDueRecordings,
  giveUpRecording,
  type KeptBlob,
  keepRecording,
  postponeRecording,
  type RecordingRow,
} from '../../store/recordings.ts';
import type { RecordingDrafts } from '../recording-drafts.ts';

export interface RecordingKeeperParts extends Rhythm {
  store: Store;
  carrier: Pick<Carrier, 'fetchRecording' | 'deleteRecording'>;
  drafts: Pick<RecordingDrafts, 'open' | 'delete'>;
  blobs: BlobStore;
  clock: Clock;
  newId: NewId;
  log: Logger;
  live: LiveEvents;
  /** Whether the carrier's copy is deleted once ours was read back whole. */
  deleteCarrierCopies: boolean;
}

export interface RecordingKeeper {
  start(): void;
  /** Breaks off the fetches in hand; what is still to be fetched is found at the next start. */
  stop(): Promise<void>;
}

interface Work extends RecordingKeeperParts {
  signal: AbortSignal;
}

const usualEveryMs = 2000;
const mostAtOnce = 4;
/** A try that did not end by then was cut off by a crash. */
const tryMs = 10 * 60_000;
/** Waits after the first tries; later ones are the last of these. */
const waitsMs = [2, 5, 15, 60, 300, 900, 3600].map((seconds) => seconds * 1000);
const longestMs = 24 * 3600 * 1000;

export function createRecordingKeeper(parts: RecordingKeeperParts): RecordingKeeper {
  const { store, clock, log, lookEveryMs: everyMs = usualEveryMs } = parts;
  const complaint = 'recordings could not be looked after';
  return createRepetition({ clock, log, everyMs, complaint }, async (stopping) => {
    const due = await findDueRecordings(store.db, new Date(clock.now()), mostAtOnce);
    await Promise.all(due.map((recording) => lookAfter({ ...parts, signal: stopping }, recording)));
  });
}

/** One that cannot be fetched must not keep the others waiting. */
async function lookAfter(parts: Work, recording: RecordingRow): Promise<void> {
  const { store, clock } = parts;
  const log = parts.log.child({ callId: recording.call_id, recordingId: recording.id });
  try {
    if (recording.status === 'announced' && !(await isOver(store, recording.call_id))) {
      return await postponeRecording(store.db, recording.id, new Date(clock.now() + tryMs));
    }
    if (!(await claimRecording(store.db, recording, new Date(clock.now() + tryMs)))) return;
    try {
      if (recording.status === 'ready') await deleteCopy(parts, recording);
      else if (await isRefused(store, recording.call_id)) await dropRefused(parts, recording);
      else await fetchAndKeep(parts, recording);
    } catch (error) {
      await retryLater(parts, recording, messageOf(error));
    }
  } catch (error) {
    log.error({ reason: messageOf(error) }, 'recording could not be looked after');
  }
}

async function isOver(store: Store, callId: string): Promise<boolean> {
  const call = await findCall(store.db, everyone, callId);
  return !call || call.ended_at !== null;
}

/** Whether the person has said in the call that they are not to be recorded. */
async function isRefused(store: Store, callId: string): Promise<boolean> {
  const call = await findCall(store.db, everyone, callId);
  return (call?.recording_consent as { state?: string } | null | undefined)?.state === 'refused';
}

async function dropRefused(parts: Work, recording: RecordingRow): Promise<void> {
  if (recording.carrier_sid === null) await parts.drafts.delete(recording.id);
  else await parts.carrier.deleteRecording(recording.carrier_sid);
  await giveUpRecording(parts.store.db, recording.id);
  parts.log.info(
    { callId: recording.call_id, recordingId: recording.id },
    'the person refused to be recorded: deleted',
  );
}

async function retryLater(parts: Work, recording: RecordingRow, reason: string): Promise<void> {
  const { store, clock, log } = parts;
  const waitMs = waitsMs[Math.min(recording.tries, waitsMs.length - 1)] ?? longestMs;
  const fields = { callId: recording.call_id, recordingId: recording.id, tries: recording.tries + 1, reason };
  if (clock.now() + waitMs < recording.created_at.getTime() + longestMs) {
    log.warn(fields, 'recording not dealt with yet');
    return postponeRecording(store.db, recording.id, new Date(clock.now() + waitMs));
  }
  log.error(fields, 'recording given up');
  if (recording.status === 'ready') return postponeRecording(store.db, recording.id, null);
  return giveUpRecording(store.db, recording.id);
}

async function fetchAndKeep(parts: Work, recording: RecordingRow): Promise<void> {
  const { blobs, store, clock } = parts;
  const media = await fetchSound(parts, recording);
  if (!media) throw new CallwrightError('recording/not-there', 'its sound is not there yet');
  const { contentType, blobName } = nameOf(recording, media.contentType);
  const { length, sha256 } = await blobs.put(blobName, {
    contentType,
    length: media.length,
    body: until(parts.signal, media.body),
  });
  if (length === 0) throw new CallwrightError('recording/empty', 'no sound came');
  await readBack(blobs, { blobName, length, sha256 });
  const isCopyDeleted = recording.source === 'own' || parts.deleteCarrierCopies;
  const deleteCopyAt = isCopyDeleted ? new Date(clock.now()) : null;
  const durationSeconds = recording.duration_seconds ?? media.durationSeconds ?? null;
  const kept = { blobName, contentType, length, sha256, durationSeconds, deleteCopyAt };
  parts.live.publish(await store.transaction((db) => noteKept(parts, db, { recording, kept })));
  parts.log.info({ callId: recording.call_id, recordingId: recording.id, length }, 'recording kept');
}

/** From the carrier, or from our own disk. */
function fetchSound(
  { carrier, drafts }: Work,
  recording: RecordingRow,
): Promise<(RecordingMedia & { durationSeconds?: number }) | null> {
  if (recording.carrier_sid === null) return drafts.open(recording.id);
  return carrier.fetchRecording(recording.carrier_sid);
}

async function* until(signal: AbortSignal, body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of body) {
    if (signal.aborted) throw new CallwrightError('recording/broken-off', 'the server is stopping');
    yield chunk;
  }
}

/** The name is of our own making; what the carrier calls the kind of its sound is only looked up. */
function nameOf(recording: RecordingRow, contentType: string) {
  const kind = contentType.split(';')[0]?.trim().toLowerCase() ?? '';
  const endings: Record<string, string> = { 'audio/mpeg': 'mp3', 'audio/ogg': 'ogg' };
  const ending = Object.hasOwn(endings, kind) ? endings[kind] : undefined;
  if (ending) return { contentType: kind, blobName: `recordings/${recording.id}.${ending}` };
  return { contentType: 'audio/wav', blobName: `recordings/${recording.id}.wav` };
}

/** @throws CallwrightError `recording/damaged` when what is kept is not what was fetched */
async function readBack(blobs: BlobStore, kept: { blobName: string; length: number; sha256: string }): Promise<void> {
  const hash = createHash('sha256');
  let length = 0;
  for await (const chunk of (await (await blobs.get(kept.blobName))?.read()) ?? []) {
    hash.update(chunk);
    length += chunk.length;
  }
  if (length === kept.length && hash.digest('hex') === kept.sha256) return;
  throw new CallwrightError('recording/damaged', 'what was kept is not what was fetched');
}

async function noteKept(
  parts: Work,
  db: Parameters<typeof keepRecording>[0],
  { recording, kept }: { recording: RecordingRow; kept: KeptBlob },
): Promise<EventRow[]> {
  if (!(await keepRecording(db, recording.id, kept))) return [];
  const call = await findCall(db, everyone, recording.call_id);
  const data = {
    recording_id: recording.id,
    source: recording.source,
    duration_seconds: kept.durationSeconds,
    channels: recording.channels,
    content_type: kept.contentType,
    length: kept.length,
    ...(call?.verification == null ? {} : { verification: call.verification }),
  };
  const event = {
    id: parts.newId('event'),
    call_id: recording.call_id,
    client_id: recording.client_id,
    type: 'recording.ready',
    key: `recording.ready:${recording.id}`,
    at: new Date(parts.clock.now()),
    data: JSON.stringify(data),
  };
  return insertEvents(db, [event]);
}

/** Only after ours is found whole once more. */
async function deleteCopy(parts: Work, recording: RecordingRow): Promise<void> {
  const { blob_name: blobName, length, sha256 } = recording;
  if (blobName === null || length === null || sha256 === null) return;
  await readBack(parts.blobs, { blobName, length, sha256 });
  if (recording.carrier_sid === null) await parts.drafts.delete(recording.id);
  else await parts.carrier.deleteRecording(recording.carrier_sid);
  await postponeRecording(parts.store.db, recording.id, null);
  parts.log.info(
    { callId: recording.call_id, recordingId: recording.id },
    'copy of a recording deleted where it was made',
  );
}
