/** Records a call here, beside whatever the carrier does: from the stream's beginning until it is over, then kept. */
import type { Clock } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { NewId } from '../base/ids.ts';
import type { Logger } from '../base/log.ts';
import type { CallRow } from '../store/calls.ts';
import { completeOwnRecording, noteOwnRecording } from '../store/recordings.ts';
import type { Db } from '../store/schema.ts';
import { type CallRecorder, createCallRecorder } from './converse/media/call-recorder.ts';
import type { RecordingConsent } from './line-rules/hear-consent.ts';
import type { RecordingDrafts } from './recording-drafts.ts';

export interface RecordedCall {
  recorder: CallRecorder;
  /** Sound from now on is recorded, where the person was to agree before. */
  begin(): void;
  /** Nothing more is recorded, and what was is not kept. */
  discard(): void;
  /** Nothing more is recorded; what was is kept soon after. Never throws. */
  finish(): Promise<void>;
}

/** Should the server be killed, somebody looks for the draft this long after the call began, and then again and again. */
const lookAnywayMs = 60_000;

export async function recordCall(
  parts: { db: Db; drafts: RecordingDrafts; clock: Clock; newId: NewId; log: Logger },
  call: Pick<CallRow, 'id' | 'client_id' | 'recording_consent'>,
): Promise<RecordedCall> {
  const { db, drafts, clock } = parts;
  const id = parts.newId('recording');
  const log = parts.log.child({ callId: call.id, recordingId: id });
  const path = await drafts.pathOf(id);
  const nowMs = clock.now();
  const nextTryAt = new Date(nowMs + lookAnywayMs);
  await noteOwnRecording(db, { id, callId: call.id, clientId: call.client_id, at: new Date(nowMs), nextTryAt });
  const file = createCallRecorder({ path, log });
  let state: 'waits' | 'records' | 'discarded' = beginningOf(call);
  const complete = async () => {
    try {
      const sound = await file.finish();
      const recorded = state === 'records' ? sound : null;
      const durationSeconds = recorded && Math.round(recorded.durationMs / 1000);
      await completeOwnRecording(db, id, { durationSeconds, at: new Date(clock.now()) });
      if (!recorded) await drafts.delete(id);
    } catch (error) {
      log.error({ reason: messageOf(error) }, 'recording could not be completed');
    }
  };
  let completing: Promise<void> | null = null;
  const whileRecording = (work: () => void) => {
    if (state === 'records') work();
  };
  return {
    recorder: {
      heard: (sound, atMs) => whileRecording(() => file.heard(sound, atMs)),
      played: (sound, atMs) => whileRecording(() => file.played(sound, atMs)),
      cleared: (atMs) => whileRecording(() => file.cleared(atMs)),
    },
    begin() {
      if (state === 'waits') state = 'records';
    },
    discard() {
      state = 'discarded';
    },
    finish() {
      completing ??= complete();
      return completing;
    },
  };
}

/** A line that broke may be a second one of a call in which the person has said no. */
function beginningOf({ recording_consent: consent }: Pick<CallRow, 'recording_consent'>) {
  const state = (consent as RecordingConsent | null)?.state;
  if (state === 'refused') return 'discarded';
  return state === 'asked' ? 'waits' : 'records';
}
