/** Planned misfortune: which callbacks, create requests and sockets go wrong, by script or by chance. */
import { z } from 'zod';
import type { Random } from '../base/random.ts';

/** What can happen to one status callback; `reorder` lets the call's next one overtake it. */
export const statusFault = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('none') }),
  z.strictObject({ type: z.literal('drop') }),
  z.strictObject({ type: z.literal('delay'), ms: z.number().min(0) }),
  z.strictObject({ type: z.literal('duplicate'), afterMs: z.number().min(0).default(0) }),
  z.strictObject({ type: z.literal('reorder') }),
]);

/**
 * What can happen to one create request. `lost`: cut before the call was made; `ambiguous-cut`: the call is made and
 * the answer cut; `ambiguous-html`: the call is made and the answer is a 500 page.
 */
export const createFault = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('none') }),
  z.strictObject({ type: z.literal('slow'), ms: z.number().min(0) }),
  z.strictObject({
    type: z.literal('refused'),
    status: z.number().int().min(400).max(599),
    code: z.number().int(),
    message: z.string().default('Refused by plan.'),
  }),
  z.strictObject({ type: z.literal('too-many-requests') }),
  z.strictObject({ type: z.literal('lost') }),
  z.strictObject({ type: z.literal('ambiguous-cut') }),
  z.strictObject({ type: z.literal('ambiguous-html') }),
]);

/** `drop` breaks a relay or media socket at its n-th frame, counted from 1 over both directions, without a farewell. */
export const socketFault = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('none') }),
  z.strictObject({ type: z.literal('drop'), atFrame: z.number().int().min(1) }),
]);

/** What can happen to the news that a recording is ready (or that there is none). */
export const recordingCallbackFault = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('none') }),
  z.strictObject({ type: z.literal('drop') }),
  z.strictObject({ type: z.literal('delay'), ms: z.number().min(0) }),
  z.strictObject({ type: z.literal('duplicate'), afterMs: z.number().min(0).default(0) }),
]);

/**
 * What can happen to those who fetch a recording's file, the first `times` times. `missing`: 404; `cut`: the
 * connection breaks after so many bytes of the file.
 */
export const recordingMediaFault = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('none') }),
  z.strictObject({ type: z.literal('missing'), times: z.number().int().min(1) }),
  z.strictObject({
    type: z.literal('cut'),
    atByte: z.number().int().min(0),
    times: z.number().int().min(1).default(1),
  }),
]);

/** What can happen to the word on who answered; `wrong` says this instead of the truth. */
export const detectionFault = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('none') }),
  z.strictObject({ type: z.literal('drop') }),
  z.strictObject({ type: z.literal('delay'), ms: z.number().min(0) }),
  z.strictObject({ type: z.literal('duplicate'), afterMs: z.number().min(0).default(0) }),
  z.strictObject({
    type: z.literal('wrong'),
    answeredBy: z.enum([
      ...(['human', 'machine_start', 'machine_end_beep', 'machine_end_silence', 'machine_end_other'] as const),
      ...(['fax', 'unknown'] as const),
    ]),
  }),
]);

/** The script is used up first, one entry for each; then each chance is tried in order. */
function planOf<T extends z.ZodType>(fault: T) {
  return z.strictObject({
    script: z.array(fault).default([]),
    chances: z.array(z.strictObject({ probability: z.number().min(0).max(1), fault })).default([]),
  });
}

export const faultsSchema = z.strictObject({
  statusCallbacks: planOf(statusFault).optional(),
  creates: planOf(createFault).optional(),
  sockets: planOf(socketFault).optional(),
  recordingCallbacks: planOf(recordingCallbackFault).optional(),
  recordingMedia: planOf(recordingMediaFault).optional(),
  detection: planOf(detectionFault).optional(),
});

export type Faults = z.input<typeof faultsSchema>;
export type StatusFault = z.output<typeof statusFault>;
export type CreateFault = z.output<typeof createFault>;
export type SocketFault = z.output<typeof socketFault>;
export type RecordingCallbackFault = z.output<typeof recordingCallbackFault>;
export type DetectionFault = z.output<typeof detectionFault>;
export type RecordingMediaFault = z.output<typeof recordingMediaFault>;

interface Plan<T> {
  script: T[];
  chances: { probability: number; fault: T }[];
}

/** Decides, one event after another, what goes wrong. */
export interface FaultPlan {
  nextForStatusCallback(): StatusFault;
  nextForCreate(): CreateFault;
  nextForSocket(): SocketFault;
  nextForRecordingCallback(): RecordingCallbackFault;
  /** Drawn when a recording begins; counts for all who fetch it. */
  nextForRecordingMedia(): RecordingMediaFault;
  nextForDetection(): DetectionFault;
}

/** @throws ZodError when the faults make no sense */
export function createFaultPlan(faults: Faults, random: Random): FaultPlan {
  const plans = faultsSchema.parse(faults);
  const { statusCallbacks, creates, sockets, recordingCallbacks, recordingMedia, detection } = plans;
  function next<T>(plan: Plan<T> | undefined, none: T): T {
    const scripted = plan?.script.shift();
    if (scripted) return scripted;
    return plan?.chances.find(({ probability }) => random.fraction() < probability)?.fault ?? none;
  }
  return {
    nextForStatusCallback: () => next<StatusFault>(statusCallbacks, { type: 'none' }),
    nextForCreate: () => next<CreateFault>(creates, { type: 'none' }),
    nextForSocket: () => next<SocketFault>(sockets, { type: 'none' }),
    nextForRecordingCallback: () => next<RecordingCallbackFault>(recordingCallbacks, { type: 'none' }),
    nextForDetection: () => next<DetectionFault>(detection, { type: 'none' }),
    nextForRecordingMedia: () => next<RecordingMediaFault>(recordingMedia, { type: 'none' }),
  };
}
