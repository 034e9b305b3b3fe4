/** Keeps what the carrier tells of a call's recording and of its own transcript, which come during and after the call. */
import type { Assistant } from '../../assistant/assistant.ts';
import type { Clock } from '../../base/clock.ts';
import type { NewId } from '../../base/ids.ts';
import type { CarrierEvent } from '../../ports/carrier.ts';
import type { CallRow } from '../../store/calls.ts';
import { addToCarrierTranscript } from '../../store/carrier-transcripts.ts';
import { noteRecording, type RecordingNotice } from '../../store/recordings.ts';
import type { Db } from '../../store/schema.ts';
import { redact } from '../../text/redact.ts';

export interface WrapUpParts {
  db: Db;
  clock: Clock;
  newId: NewId;
}

type RecordingChanged = Extract<CarrierEvent, { type: 'recording-changed' }>;
type Transcribed = Extract<CarrierEvent, { type: 'transcribed' }>;

const noticeStatuses: Record<RecordingChanged['status'], RecordingNotice['status']> = {
  in_progress: 'announced',
  completed: 'fetching',
  absent: 'absent',
  failed: 'failed',
};

/** Should the word that a recording is complete be lost, somebody looks for its sound all the same. */
const lookAnywayMs = 10 * 60_000;
/** The largest whole number that the columns hold. */
const mostWhole = 2_147_483_647;
/** What is said in one breath is cut here. */
const longestPiece = 10_000;

export async function hearOfRecording(parts: WrapUpParts, call: CallRow, event: RecordingChanged): Promise<void> {
  const nowMs = parts.clock.now();
  const nextTryMs = { in_progress: nowMs + lookAnywayMs, completed: nowMs, absent: null, failed: null }[event.status];
  await noteRecording(parts.db, {
    id: parts.newId('recording'),
    callId: call.id,
    clientId: call.client_id,
    carrierSid: event.recordingSid,
    status: noticeStatuses[event.status],
    durationSeconds: toWhole(event.durationSeconds),
    channels: toWhole(event.channels),
    at: new Date(nowMs),
    nextTryAt: nextTryMs === null ? null : new Date(nextTryMs),
  });
}

/** @param text already fit for the database */
export async function hearTranscribed(
  parts: WrapUpParts,
  call: CallRow,
  event: Pick<Transcribed, 'sequence' | 'speaker' | 'text'>,
): Promise<void> {
  const { speaker, text } = event;
  if (text.trim() === '') return;
  const { redact: kinds = [] } = call.assistant as Assistant;
  await addToCarrierTranscript(parts.db, {
    callId: call.id,
    sequence: toWhole(event.sequence),
    speaker,
    text: redact(text.slice(0, longestPiece).toWellFormed(), kinds),
    at: new Date(parts.clock.now()),
  });
}

const toWhole = (value: number | null) => (value !== null && value >= 0 && value <= mostWhole ? value : null);
