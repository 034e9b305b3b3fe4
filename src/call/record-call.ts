/** Records a call here, beside whatever the carrier does: from the stream's beginning until it is over, then kept. */
import type { Clock } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { NewId } from '../base/ids.ts';
import type { Logger } from '../base/log.ts';
import { completeOwnRecording, noteOwnRecording } from '../store/recordings.ts';
import type { Db } from '../store/schema.ts';
import { type CallRecorder, createCallRecorder } from './converse/media/call-recorder.ts';
import type { RecordingDrafts } from './recording-drafts.ts';

export interface RecordedCall {
  recorder: CallRecorder;
  /** Nothing more is recorded; what was is kept soon after. Never throws. */
  finish(): Promise<void>;
}

/** Should the server be killed, somebody looks for the draft this long after the call began, and then again and again. */
const lookAnywayMs = 60_000;

export async function recordCall(
  parts: { db: Db; drafts: RecordingDrafts; clock: Clock; newId: NewId; log: Logger },
  call: { id: string; client_id: string | null },
): Promise<RecordedCall> {
  const { db, drafts, clock } = parts;
  const id = parts.newId('recording');
  const log = parts.log.child({ callId: call.id, recordingId: id });
  const path = await drafts.pathOf(id);
  const nowMs = clock.now();
  const nextTryAt = new Date(nowMs + lookAnywayMs);
  await noteOwnRecording(db, { id, callId: call.id, clientId: call.client_id, at: new Date(nowMs), nextTryAt });
  const recorder = createCallRecorder({ path, log });
  const complete = async () => {
    try {
      const recorded = await recorder.finish();
      const durationSeconds = recorded && Math.round(recorded.durationMs / 1000);
      await completeOwnRecording(db, id, { durationSeconds, at: new Date(clock.now()) });
      if (!recorded) await drafts.delete(id);
    } catch (error) {
      log.error({ reason: messageOf(error) }, 'recording could not be completed');
    }
  };
  let completing: Promise<void> | null = null;
  return {
    recorder,
    finish() {
      completing ??= complete();
      return completing;
    },
  };
}
