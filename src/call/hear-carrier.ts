/** Brings what a carrier's webhook says to the call it is about, and gives the carrier its instruction. */

import { unreachable } from '../base/unreachable.ts';
import type { CarrierEvent, CarrierInstruction } from '../ports/carrier.ts';
import { findUnboundCall } from '../store/call-queue.ts';
import { type CallBinding, findCall, findCallBinding } from '../store/calls.ts';
import { insertEvents } from '../store/events.ts';
import { everyone } from '../store/reach.ts';
import {
  type InstructionParts,
  instructionsAfterSession,
  instructionsForAnswered,
} from './answer/give-instructions.ts';
import { toStorableText } from './converse/storable-text.ts';
import { hearTransfer } from './hear-transfer.ts';
import type { CarrierReport } from './lifecycle-state.ts';
import type { LiveCommands } from './live-commands.ts';
import type { InboundWebhookParts } from './ring/ask-inbound-webhook.ts';
import { type Taken, takeIncomingCall } from './ring/take-incoming-call.ts';
import type { CallParts, CallRunner } from './run-call.ts';
import type { SpeechVendors } from './speech-vendors.ts';
import { instructionToTransfer } from './want-transfer.ts';
import { carrierVerdictEvent } from './watch-pickup.ts';
import { withOwnNumber } from './with-own-number.ts';
import { hearOfRecording, hearTranscribed } from './wrap-up/hear-wrap-up.ts';

export interface HearCarrierParts extends CallParts {
  runner: CallRunner;
  speech: SpeechVendors;
  commands: LiveCommands;
  instructions: InstructionParts;
  inboundWebhooks: InboundWebhookParts;
  /** Whether calls that come in are taken now. */
  takesCalls(): boolean;
}

const finals: readonly CarrierReport[] = ['completed', 'busy', 'no_answer', 'failed', 'canceled'];

type InstructionsWanted = Extract<CarrierEvent, { type: 'instructions-wanted' }>;

const apologies: Record<Exclude<Extract<Taken, { refused: string }>['refused'], 'turned-away'>, string> = {
  'nobody-answers-here': 'We are sorry, nobody can be reached at this number. Goodbye.',
  'nobody-can-speak': 'We are sorry, your call cannot be taken now. Please call again later. Goodbye.',
  'no-line-is-free': 'We are sorry, nobody is free to take your call now. Please call again later. Goodbye.',
};

export async function hearCarrier(parts: HearCarrierParts, event: CarrierEvent): Promise<CarrierInstruction> {
  // The addresses of calls that we placed name them; only a number's own address does not.
  const isIncoming =
    event.type === 'instructions-wanted' && event.direction === 'inbound' && !event.query.has('callId');
  if (isIncoming) return answerIncoming(parts, event);
  const call = await findCallOf(parts, event);
  const callId = call?.id ?? null;
  const log = parts.log.child({ callId, carrierSid: event.carrierSid });
  if (!call || callId === null) {
    log.warn({ event: event.type }, 'carrier speaks of a call that is not ours');
    return event.type === 'instructions-wanted' ? { type: 'hang-up' } : { type: 'acknowledge' };
  }
  switch (event.type) {
    case 'status-changed': {
      log.info({ status: event.status, sequence: event.sequence, sipCode: event.sipCode }, 'call status received');
      if (finals.includes(event.status) && call.hasSession) await hearLastWords(parts, callId, true);
      const error = toError(event.errorCode, event.errorMessage);
      const facts = { durationSeconds: event.durationSeconds };
      const { carrierSid, status } = event;
      await parts.runner.apply(callId, { type: 'carrier-reported', carrierSid, status, error }, facts);
      return { type: 'acknowledge' };
    }
    case 'instructions-wanted':
      return instruct(parts, callId, event);
    case 'session-ended':
      log.info({ session: event.session, errorCode: event.errorCode }, 'call session over');
      await hearLastWords(parts, callId, event.session !== 'failed');
      return (
        (await toColleague(parts, callId, event.session)) ??
        instructionsAfterSession(parts.instructions, callId, event.session)
      );
    case 'transfer-leg-changed':
    case 'briefing-wanted':
    case 'briefing-answered':
    case 'transfer-over':
      log.info({ event: event.type }, 'the carrier tells of a transfer');
      return hearTransfer(parts, callId, event);
    case 'answer-detected':
      log.info({ answeredBy: event.answeredBy, afterMs: event.afterMs }, 'the carrier tells who answered');
      await keepVerdict(parts, callId, event);
      return { type: 'acknowledge' };
    case 'recording-changed':
    case 'transcribed':
      await hearOfWrapUp(parts, callId, event);
      return { type: 'acknowledge' };
    default:
      return unreachable(event);
  }
}

/** Who shall have the person when the assistant's part is over; null where nobody shall. */
async function toColleague(
  parts: HearCarrierParts,
  callId: string,
  session: 'ended' | 'completed' | 'failed',
): Promise<CarrierInstruction | null> {
  if (session !== 'ended') return null;
  const call = await findCall(parts.store.db, everyone, callId);
  return call ? instructionToTransfer(parts, call) : null;
}

async function answerIncoming(parts: HearCarrierParts, event: InstructionsWanted): Promise<CarrierInstruction> {
  const taken = await takeIncomingCall(parts, event);
  if (!('refused' in taken)) return instruct(parts, taken.callId, event);
  const { carrierSid, from, to } = event;
  if (taken.refused === 'turned-away') {
    parts.log.info({ carrierSid, callId: taken.callId }, 'incoming call turned away by the author of the number');
    return { type: 'say-and-hang-up', text: taken.words, language: 'en-US' };
  }
  const level = taken.refused === 'nobody-can-speak' ? 'error' : 'warn';
  parts.log[level]({ carrierSid, ...taken, pii: { from, to } }, 'incoming call turned away');
  return { type: 'say-and-hang-up', text: apologies[taken.refused], language: 'en-US' };
}

async function instruct(
  parts: HearCarrierParts,
  callId: string,
  { carrierSid }: InstructionsWanted,
): Promise<CarrierInstruction> {
  const report = { type: 'carrier-reported', carrierSid, status: 'in_progress', error: null } as const;
  const call = (await parts.runner.apply(callId, report))?.call;
  // A second call of the carrier for the same one of ours is never connected, whatever became of the first.
  const isOwn = call?.carrier_sid === carrierSid;
  const instruction: CarrierInstruction =
    call && isOwn ? await instructionsForAnswered(parts.instructions, call) : { type: 'hang-up' };
  const fields = { callId, carrierSid, instruction: instruction.type, ...parametersOf(instruction) };
  parts.log.info(fields, 'call instructions generated');
  return instruction;
}

/** Whoever holds the conversation hears of it by this event, on whichever node; the same word again is no news. */
async function keepVerdict(
  { store, live, clock, newId }: HearCarrierParts,
  callId: string,
  { answeredBy, afterMs }: Extract<CarrierEvent, { type: 'answer-detected' }>,
): Promise<void> {
  const call = await findCall(store.db, everyone, callId);
  if (!call) return;
  const event = {
    ...{ id: newId('event'), call_id: call.id, client_id: call.client_id, type: carrierVerdictEvent },
    ...{ key: `${carrierVerdictEvent}:${answeredBy}`, at: new Date(clock.now()) },
    data: JSON.stringify(withOwnNumber(call, { answered_by: answeredBy, after_ms: afterMs })),
  };
  live.publish(await insertEvents(store.db, [event]));
}

async function hearOfWrapUp(
  parts: HearCarrierParts,
  callId: string,
  event: Extract<CarrierEvent, { type: 'recording-changed' | 'transcribed' }>,
): Promise<void> {
  const { clock, newId } = parts;
  const { db } = parts.store;
  const call = await findCall(db, everyone, callId);
  if (!call) return;
  if (event.type === 'transcribed') {
    return hearTranscribed({ db, clock, newId }, call, { ...event, text: toStorableText(event.text) });
  }
  parts.log.info({ callId, status: event.status, recordingSid: event.recordingSid }, 'recording status received');
  return hearOfRecording({ db, clock, newId }, call, event);
}

/**
 * Our own id stands in the URL that we gave the carrier for this call; its own id must not belong to another. The
 * carrier's answer to our request, which binds the two, may be stored between any two of these looks.
 */
async function findCallOf(parts: HearCarrierParts, event: CarrierEvent): Promise<CallHeardOf | null> {
  const named = event.query.get('callId');
  const { db } = parts.store;
  const find = async (idOrSid: string) => (await findCallBinding(db, idOrSid)) ?? null;
  if (named === null) {
    const call = await find(event.carrierSid);
    if (call || event.type !== 'instructions-wanted') return call && toHeardOf(call);
    // The phone was picked up before the carrier's answer to our request was stored; only one call rings a number.
    const unbound = await findUnboundCall(db, event);
    const bound = unbound === null ? await find(event.carrierSid) : null;
    return unbound === null ? bound && toHeardOf(bound) : { id: unbound, hasSession: false };
  }
  const call = await find(named);
  if (!call || call.carrier_sid === event.carrierSid) return call && toHeardOf(call);
  const owner = await find(event.carrierSid);
  return owner === null || owner.id === call.id ? toHeardOf(call) : null;
}

interface CallHeardOf {
  id: string;
  /** Whether there is, or was, a conversation. */
  hasSession: boolean;
}

const toHeardOf = (call: CallBinding): CallHeardOf => ({ id: call.id, hasSession: call.sessions_opened > 0 });

/** Whichever node holds the conversation stores what was said last, before the call is closed. */
async function hearLastWords({ commands, log }: HearCarrierParts, callId: string, clean: boolean): Promise<void> {
  const result = await commands.send(callId, { type: 'hear-last-words', clean });
  if (result === 'unreachable') log.warn({ callId }, 'the node that holds a conversation does not answer');
}

function toError(code: number | null, message: string | null) {
  return code === null || code === 0 ? null : { code: `carrier/${code}`, message: message ?? '' };
}

function parametersOf(instruction: CarrierInstruction) {
  return instruction.type === 'converse-by-relay' ? { pii: { parameters: instruction.parameters } } : {};
}
