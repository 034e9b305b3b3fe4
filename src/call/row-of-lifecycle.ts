/** The columns of a call that follow from its lifecycle, so that lists and filters need not read the state. */
import type { Updateable } from 'kysely';
import type { CallRow } from '../store/calls.ts';
import type { CallsTable } from '../store/schema.ts';
import { checkAtMsOf, statusOf } from './lifecycle.ts';
import type { Lifecycle, Step } from './lifecycle-state.ts';

export function toRowChanges(
  call: CallRow,
  made: Step,
  facts: { at: Date; durationSeconds: number | null },
): Updateable<CallsTable> {
  const { state } = made;
  const { at } = facts;
  const checkAtMs = checkAtMsOf(state);
  const changes: Updateable<CallsTable> = {
    lifecycle: JSON.stringify(state),
    revision: call.revision + 1,
    status: statusOf(state),
    carrier_sid: carrierSidOf(state) ?? call.carrier_sid,
    check_at: checkAtMs === null ? null : new Date(checkAtMs),
  };
  changes.due_at = state.phase === 'accepted' ? new Date(state.place.dueAtMs) : null;
  if (state.phase === 'accepted') {
    // Back in its place, it has not rung anybody.
    Object.assign(changes, { dialing_at: null, fence: null, node_id: null });
  }
  if (state.phase === 'sending') {
    changes.dialing_at = call.dialing_at ?? at;
    changes.fence = call.to_number;
  }
  if (state.phase === 'placed' && state.ringing) changes.ringing_at = call.ringing_at ?? at;
  if (state.phase === 'answered') changes.answered_at = call.answered_at ?? new Date(state.answeredAtMs);
  if (state.phase === 'over') Object.assign(changes, toEndColumns(call, state, facts));
  for (const effect of made.effects) {
    if (effect.type !== 'note-error') continue;
    changes.error_code = effect.error.code;
    changes.error_message = effect.error.message;
  }
  return changes;
}

const carrierSidOf = (state: Lifecycle) => ('carrierSid' in state ? state.carrierSid : null);

function toEndColumns(
  call: CallRow,
  state: Extract<Lifecycle, { phase: 'over' }>,
  facts: { at: Date; durationSeconds: number | null },
): Updateable<CallsTable> {
  const talkedMs = call.answered_at ? facts.at.getTime() - call.answered_at.getTime() : 0;
  return {
    fence: null,
    ended_at: facts.at,
    duration_seconds: facts.durationSeconds ?? Math.round(talkedMs / 1000),
    ended_reason: state.ending.reason,
    ended_by: state.ending.by,
    fault: state.ending.fault,
  };
}
