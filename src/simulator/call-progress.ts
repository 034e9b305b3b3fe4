/** How far a call has come: every allowed step from queued to over, and the status that each one announces. */
import type { CallbackStatus, FinalStatus, RestCallStatus } from './call-record.ts';

/** `announced` counts the statuses told so far, so it is the next `SequenceNumber`. */
export interface CallProgress {
  phase: 'queued' | 'dialing' | 'ringing' | 'in-progress' | 'over';
  announced: number;
  /** As the REST API shows it. */
  status: RestCallStatus;
}

export type ProgressEvent = { type: 'dialed' | 'rang' | 'answered' } | { type: 'ended'; status: FinalStatus };

export interface StatusChange {
  status: CallbackStatus;
  sequence: number;
}

export const newCall: CallProgress = { phase: 'queued', announced: 0, status: 'queued' };
/** An incoming call is ringing from the first moment. */
export const newIncomingCall: CallProgress = { phase: 'ringing', announced: 0, status: 'ringing' };

const moves = {
  dialed: { from: ['queued'], to: 'dialing', rest: 'queued', told: 'initiated' },
  rang: { from: ['dialing'], to: 'ringing', rest: 'ringing', told: 'ringing' },
  answered: { from: ['ringing'], to: 'in-progress', rest: 'in-progress', told: 'in-progress' },
} as const;

/** The next state and what it tells; null when the event comes too late or too early to mean anything. */
export function stepProgress(progress: CallProgress, event: ProgressEvent): [CallProgress, StatusChange] | null {
  const announced = progress.announced + 1;
  const sequence = progress.announced;
  if (event.type === 'ended') {
    if (progress.phase === 'over') return null;
    return [
      { phase: 'over', announced, status: event.status },
      { status: event.status, sequence },
    ];
  }
  const move = moves[event.type];
  if (!(move.from as readonly string[]).includes(progress.phase)) return null;
  return [
    { phase: move.to, announced, status: move.rest },
    { status: move.told, sequence },
  ];
}
