/** Keeps a message that a person left with the assistant, and tells the outside of it. */
import type { TakenMessage } from '../assistant/tools/take-message.ts';
import { CallwrightError } from '../base/errors.ts';
import { findCall } from '../store/calls.ts';
import { insertEvents } from '../store/events.ts';
import { everyone } from '../store/reach.ts';
import type { CallParts } from './run-call.ts';

type KeepingParts = Pick<CallParts, 'store' | 'clock' | 'newId' | 'live'>;

export async function keepMessage(parts: KeepingParts, callId: string, message: TakenMessage): Promise<void> {
  const { store, clock, newId, live } = parts;
  const call = await findCall(store.db, everyone, callId);
  if (!call) throw new CallwrightError('call/lost', 'the call was deleted meanwhile');
  const id = newId('event');
  const at = new Date(clock.now());
  const about = { call_id: callId, client_id: call.client_id, type: 'message.taken', key: id };
  const event = { ...about, id, at, data: JSON.stringify(message) };
  live.publish(await store.transaction((db) => insertEvents(db, [event])));
}
