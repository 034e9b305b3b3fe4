/** Joins an opened session to its call: history so far, the assistant's tools, the engine, and the call's end. */
import type { Assistant } from '../assistant/assistant.ts';
import { createDoNotCallAgain } from '../assistant/tools/do-not-call-again.ts';
import { hangUp } from '../assistant/tools/hang-up.ts';
import { messageOf } from '../base/errors.ts';
import type { LanguageModel } from '../ports/language-model.ts';
import { lastLogSeq } from '../store/call-log.ts';
import type { CallRow } from '../store/calls.ts';
import { listTurns } from '../store/turns.ts';
import { createCallRecord } from './converse/call-record.ts';
import type { Conversations } from './converse/conversation.ts';
import { createHistory } from './converse/history.ts';
import { toInstructions } from './converse/instructions.ts';
import { conductRelay, type TextSocket } from './converse/relay.ts';
import type { TurnPolicy } from './converse/turn/turn-policy.ts';
import type { TurnEnding } from './converse/turn/turn-state.ts';
import type { EndedReason, Ending, Fault } from './lifecycle-state.ts';
import type { CallParts, CallRunner } from './run-call.ts';

export interface ConversationParts extends CallParts {
  runner: CallRunner;
  conversations: Conversations;
  model: LanguageModel;
  policy: TurnPolicy;
}

/** Holds the conversation of a call on a relay socket until it is over and the call knows why. */
export async function holdRelayConversation(
  parts: ConversationParts,
  session: { call: CallRow; number: number; socket: TextSocket },
): Promise<void> {
  const { store, clock, runner } = parts;
  const { call, socket } = session;
  const assistant = call.assistant as Assistant;
  const log = parts.log.child({ callId: call.id });
  await endEarlier(parts.conversations, call.id);
  const [earlier, logSeq] = await Promise.all([listTurns(store.db, call.id), lastLogSeq(store.db, call.id, 'turn')]);
  const record = createCallRecord({ store, live: parts.live, clock, log });
  const history = createHistory({
    callId: call.id,
    clientId: call.client_id,
    record,
    clock,
    newId: parts.newId,
    earlier,
    charactersPerSecond: parts.policy.charactersPerSecond,
  });
  const personNumber = call.direction === 'inbound' ? call.from_number : call.to_number;
  const context = { callId: call.id, clientId: call.client_id, personNumber };
  const endCall = (ending: TurnEnding) =>
    runner.apply(call.id, { type: 'conversation-ended', ending: toEnding(ending) }).catch(() => null);
  const conversation = conductRelay({
    callId: call.id,
    carrierSid: call.carrier_sid ?? '',
    socket,
    codec: parts.carrier.relay,
    clock,
    log,
    policy: { ...parts.policy, silenceMs: assistant.silence_ms },
    history,
    record,
    reply: { model: parts.model, tools: [hangUp, createDoNotCallAgain({ db: store.db, clock })], context },
    instructions: toInstructions(assistant, personNumber, call.parameters as Record<string, unknown>),
    logSeq,
    resumed: session.number > 1,
    maxDurationMs: remainingMs(call, assistant, clock.now()),
    onEnding: (ending) => void endCall(ending),
  });
  parts.conversations.add(call.id, conversation);
  await runner.apply(call.id, { type: 'session-opened' }).catch((error) => {
    log.warn({ reason: messageOf(error) }, 'session not noted as open');
  });
  const ending = await conversation.over;
  const isBroken = ending.reason === 'connection_failed';
  if (!isBroken) await endCall(ending);
  await runner.apply(call.id, { type: 'session-closed', clean: !isBroken });
}

/** A call has one conversation: a session that the carrier gave up may have left a socket that looks alive. */
async function endEarlier(conversations: Conversations, callId: string): Promise<void> {
  const earlier = conversations.find(callId);
  earlier?.disconnected(false);
  await earlier?.over;
}

function remainingMs(call: CallRow, assistant: Assistant, nowMs: number): number {
  const talkedMs = call.answered_at ? nowMs - call.answered_at.getTime() : 0;
  return Math.max(assistant.max_duration_seconds * 1000 - talkedMs, 0);
}

const faults: Partial<Record<EndedReason, Fault>> = { assistant_failed: 'provider', connection_failed: 'carrier' };

/** The turn machine's reasons are those of the lifecycle, by name. */
function toEnding(ending: TurnEnding): Ending {
  const reason = ending.reason as EndedReason;
  return { reason, by: ending.by, fault: faults[reason] ?? null };
}
