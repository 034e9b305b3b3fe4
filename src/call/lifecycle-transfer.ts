/** A call whose person is handed over to a colleague: it goes on without the assistant, or comes back to it. */
import { graceMs } from './lifecycle-beginnings.ts';
import { type Answered, stay } from './lifecycle-endings.ts';
import type { Lifecycle, LifecycleEvent, Step } from './lifecycle-state.ts';

/** How long a person and a colleague may talk. */
export const longestTransferSeconds = 3600;

type TransferEvent = Extract<LifecycleEvent, { type: 'transfer-begun' | 'transfer-connected' | 'transfer-failed' }>;

/** Whether the call goes on although the assistant's part of it is over. */
export const isTalkingOn = ({ session }: Answered) => session === 'transferring' || session === 'transferred';

export function onTransfer(state: Lifecycle, event: TransferEvent): Step {
  if (state.phase !== 'answered' || state.ending) return stay(state);
  const checkAtMs = event.atMs + graceMs;
  if (event.type === 'transfer-begun') return stay({ ...state, session: 'transferring', checkAtMs });
  if (state.session !== 'transferring') return stay(state);
  if (event.type === 'transfer-failed') return stay({ ...state, session: 'awaited', checkAtMs });
  // Whoever hangs up first, the call came to this end.
  const ending = { reason: 'transferred', by: event.by, fault: null } as const;
  return stay({ ...state, session: 'transferred', ending, checkAtMs });
}
