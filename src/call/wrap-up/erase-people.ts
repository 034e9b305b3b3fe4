/**
 * Erases what may not be kept any longer: recordings and words of calls that are too old, and all of a person at whose
 * wish. Each step can be done again, so whatever a crash or a carrier that is away left is gone over once more.
 */
import type { Clock } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import { createRepetition, type Repetition } from '../../base/repetition.ts';
import type { BlobStore } from '../../ports/blob-store.ts';
import type { Carrier } from '../../ports/carrier.ts';
import type { CallRow } from '../../store/calls.ts';
import {
  closeErasure,
  countContactsOf,
  deleteRecordingRow,
  type ErasureRow,
  eraseContacts,
  eraseDetails,
  eraseNumber,
  eraseWords,
  listCallsToErase,
  listLimitsOfClients,
  listOldCallsWithRecordings,
  listOldCallsWithWords,
  listOpenErasures,
  type OldCalls,
} from '../../store/erasures.ts';
import type { Store } from '../../store/open-store.ts';
import { everyone } from '../../store/reach.ts';
import { listRecordings } from '../../store/recordings.ts';
import type { RecordingDrafts } from '../recording-drafts.ts';
import type { CallRunner } from '../run-call.ts';

/** For how many days; null: for ever. A client's own limits come before. */
export interface Retention {
  recordingsDays: number | null;
  transcriptsDays: number | null;
}

export interface EraserParts {
  store: Store;
  carrier: Pick<Carrier, 'deleteRecording'>;
  drafts: Pick<RecordingDrafts, 'delete'>;
  blobs: Pick<BlobStore, 'delete'>;
  runner: Pick<CallRunner, 'apply'>;
  clock: Clock;
  log: Logger;
  retention: Retention;
  times?: Partial<ErasingTimes> | undefined;
}

export interface ErasingTimes {
  everyMs: number;
  /** After the end of a call; what the carrier still tells of it comes by then. */
  settledMs: number;
  /** How often a number is called is counted over so long: nobody gets rid of that by having it erased. */
  countedMs: number;
}

export type Eraser = Pick<Repetition, 'start' | 'stop'>;

type ErasingParts = EraserParts & { times: ErasingTimes };

const dayMs = 24 * 3600 * 1000;
const usualTimes: ErasingTimes = { everyMs: 60_000, settledMs: 15 * 60_000, countedMs: 7 * dayMs };
const mostAtOnce = 50;

export function createEraser(given: EraserParts): Eraser {
  const parts = { ...given, times: { ...usualTimes, ...given.times } };
  const { store, clock, log, retention } = parts;
  const { everyMs } = parts.times;
  return createRepetition({ clock, log, everyMs, complaint: 'what is to be erased could not be looked at' }, look);

  async function look(stopping: AbortSignal): Promise<void> {
    const each = async <T extends { id: string }>(things: readonly T[], work: (thing: T) => Promise<void>) => {
      for (const thing of things) {
        if (stopping.aborted) return;
        // One that cannot be erased now must not keep the others.
        await work(thing).catch((error: unknown) => {
          log.warn({ id: thing.id, reason: messageOf(error) }, 'something could not be erased yet');
        });
      }
    };
    const now = new Date(clock.now());
    const clients = await listLimitsOfClients(store.db);
    for (const old of toOldCalls(clients, { name: 'keep_recordings_days', usual: retention.recordingsDays, now })) {
      const calls = await listOldCallsWithRecordings(store.db, { ...old, limit: mostAtOnce });
      await each(calls, (call) => eraseRecordings(parts, call));
    }
    for (const old of toOldCalls(clients, { name: 'keep_transcripts_days', usual: retention.transcriptsDays, now })) {
      const calls = await listOldCallsWithWords(store.db, { ...old, limit: mostAtOnce });
      await each(calls, (call) => store.transaction((db) => eraseWords(db, call.id, now)));
    }
    await each(await listOpenErasures(store.db, mostAtOnce), (erasure) => erasePerson(parts, erasure));
  }
}

type ClientLimits = Awaited<ReturnType<typeof listLimitsOfClients>>;

/** Each client that says so itself by its own days, and all others by the usual ones, where there are any. */
function toOldCalls(
  clients: ClientLimits,
  { name, usual, now }: { name: string; usual: number | null; now: Date },
): Omit<OldCalls, 'limit'>[] {
  const before = (days: number) => new Date(now.getTime() - days * dayMs);
  const own = clients.flatMap(({ id, limits }) => {
    const days = limits[name];
    return typeof days === 'number' ? [{ id, days }] : [];
  });
  const others = { allBut: own.map(({ id }) => id) };
  return [
    ...own.map(({ id, days }) => ({ of: { clientId: id }, before: before(days) })),
    ...(usual === null ? [] : [{ of: others, before: before(usual) }]),
  ];
}

/** The sound first, here and at the carrier, and then that there was any: what is left is found again by its row. */
async function eraseRecordings({ store, blobs, carrier, drafts }: EraserParts, call: CallRow): Promise<void> {
  for (const recording of await listRecordings(store.db, everyone, call.id)) {
    if (recording.blob_name !== null) await blobs.delete(recording.blob_name);
    if (recording.carrier_sid === null) await drafts.delete(recording.id);
    else await carrier.deleteRecording(recording.carrier_sid);
    await deleteRecordingRow(store.db, recording.id);
  }
}

async function erasePerson(parts: ErasingParts, erasure: ErasureRow): Promise<void> {
  const { store, clock } = parts;
  const at = new Date(clock.now());
  await eraseContacts(store.db, erasure, at);
  const calls = await listCallsToErase(store.db, erasure, mostAtOnce);
  for (const call of calls) await eraseCall(parts, call, at);
  const isMore =
    (await listCallsToErase(store.db, erasure, 1)).length > 0 || (await countContactsOf(store.db, erasure)) > 0;
  if (!isMore) await closeErasure(store.db, erasure.id, at);
}

const canceled = { type: 'cancel', ending: { reason: 'canceled', by: 'request', fault: null } } as const;

async function eraseCall(parts: ErasingParts, call: CallRow, at: Date): Promise<void> {
  const { store, runner } = parts;
  const { settledMs, countedMs } = parts.times;
  // Who waits to be called is not called; who talks is let talk.
  if (call.due_at !== null) await runner.apply(call.id, canceled);
  if (call.ended_at === null || call.ended_at.getTime() > at.getTime() - settledMs) return;
  await eraseRecordings(parts, call);
  await store.transaction(async (db) => {
    if (call.words_erased_at === null) await eraseWords(db, call.id, at);
    await eraseDetails(db, call.id);
    if (call.created_at.getTime() <= at.getTime() - countedMs) await eraseNumber(db, call, at);
  });
}
