/** Takes a call that somebody places to one of our numbers: finds who answers there and stores it, once. */
import { type Assistant, lineOf } from '../../assistant/assistant.ts';
import { findPublishedAssistant } from '../../assistant/find-assistant.ts';
import { renderOpening, withDisclosure } from '../../assistant/render-opening.ts';
import { messageOf } from '../../base/errors.ts';
import { countCallsOnLines, findCall, insertCall, type NewCallRow } from '../../store/calls.ts';
import { insertEvents } from '../../store/events.ts';
import { findCalledNumber } from '../../store/phone-numbers.ts';
import { everyone } from '../../store/reach.ts';
import { isUniqueViolation } from '../../store/sql-errors.ts';
import { TemplateRefused } from '../../text/template.ts';
import { checkAtMsOf, statusOf } from '../lifecycle.ts';
import { beginInboundLifecycle, blockedLifecycle } from '../lifecycle-beginnings.ts';
import { underLineRules } from '../line-rules/under-line-rules.ts';
import type { CallParts } from '../run-call.ts';
import { type SpeechVendors, someoneCanSpeak } from '../speech-vendors.ts';
import type { InboundWebhook, InboundWebhookParts } from './ask-inbound-webhook.ts';
import { type Answering, type WhoAnswers, whoAnswers } from './who-answers.ts';

export interface IncomingCall {
  carrierSid: string;
  /** As the carrier gives it; not always a number. */
  from: string;
  /** The number that was called, E.164. */
  to: string;
}

export type Taken =
  | { callId: string }
  | { refused: 'nobody-answers-here' | 'no-line-is-free' }
  | { refused: 'nobody-can-speak'; why: string }
  /** By the number's author; it is on record. */
  | { refused: 'turned-away'; callId: string; words: string };

/** The same call again gives the same record. */
export async function takeIncomingCall(
  parts: CallParts & { speech: SpeechVendors; inboundWebhooks: InboundWebhookParts; takesCalls(): boolean },
  incoming: IncomingCall,
): Promise<Taken> {
  const { db } = parts.store;
  const known = await findCall(db, everyone, incoming.carrierSid);
  if (known) return { callId: known.id };
  const answering = await findAnswering(parts, incoming.to);
  if (!answering) return { refused: 'nobody-answers-here' };
  const why = whyNobodyCanSpeak(parts.speech, answering.assistant);
  if (why !== null) return { refused: 'nobody-can-speak', why };
  const isFree = parts.takesCalls() && (await countCallsOnLines(db)) < parts.maxCallsOnLines;
  if (!isFree) return { refused: 'no-line-is-free' };
  const whyMute = (assistant: Assistant) => whyNobodyCanSpeak(parts.speech, assistant);
  const who = await whoAnswers({ ...parts, whyMute }, incoming, answering);
  try {
    const callId = await store(parts, incoming, who);
    return who.reject === null ? { callId } : { refused: 'turned-away', callId, words: who.reject };
  } catch (error) {
    // The carrier asked twice at once and the other request was first.
    const first = isUniqueViolation(error) ? await findCall(db, everyone, incoming.carrierSid) : undefined;
    if (!first) throw error;
    return { callId: first.id };
  }
}

function whyNobodyCanSpeak(speech: SpeechVendors, assistant: Assistant): string | null {
  try {
    someoneCanSpeak(speech, { engine: lineOf(assistant), assistant });
    return null;
  } catch (error) {
    return messageOf(error);
  }
}

async function findAnswering({ store }: CallParts, number: string): Promise<Answering | null> {
  const own = await findCalledNumber(store.db, number);
  if (!own || own.assistant_id === null) return null;
  const published = await findPublishedAssistant(store.db, everyone, own.assistant_id);
  const webhook = own.inbound_webhook as InboundWebhook | null;
  return published && { ...published, clientId: own.client_id, webhook };
}

async function store(parts: CallParts, incoming: IncomingCall, who: WhoAnswers): Promise<string> {
  const { clientId, asked } = who;
  const row = who.reject === null ? toRow(parts, incoming, who) : toTurnedAway(parts, toRow(parts, incoming, who));
  const about = { call_id: row.id, client_id: clientId, at: new Date(parts.clock.now()) };
  const type = who.reject === null ? 'call.ringing' : 'call.blocked';
  const event = {
    ...{ id: parts.newId('event'), ...about, type, key: type },
    data: JSON.stringify({ status: row.status, dialect: row.dialect, carrier_sid: row.carrier_sid }),
  };
  const ofAsking = asked && {
    ...{ id: parts.newId('event'), ...about, type: 'inbound_webhook.asked', key: 'inbound_webhook.asked' },
    data: JSON.stringify(asked),
  };
  const events = await parts.store.transaction(async (db) => {
    await insertCall(db, row);
    return insertEvents(db, ofAsking ? [event, ofAsking] : [event]);
  });
  parts.live.publish(events);
  return row.id;
}

function toRow(
  parts: CallParts,
  incoming: IncomingCall,
  { assistant, ref, clientId, variables }: WhoAnswers,
): NewCallRow & { id: string } {
  const at = new Date(parts.clock.now());
  const limits = { ringSeconds: assistant.ring_seconds, maxDurationSeconds: assistant.max_duration_seconds };
  const lifecycle = beginInboundLifecycle(limits, incoming.carrierSid, at.getTime());
  const checkAtMs = checkAtMsOf(lifecycle);
  const opening = openingOf(parts, { assistant, variables }, ref.id);
  const told = underLineRules(parts.lineRules, {
    ...{ number: incoming.from, assistant, greeting: opening.greeting, engine: lineOf(assistant) },
    ...{ instructions: null, hasAgreed: false },
  });
  return {
    id: parts.newId('call'),
    client_id: clientId,
    dialect: 'inbound',
    direction: 'inbound',
    to_number: incoming.to,
    from_number: incoming.from,
    status: statusOf(lifecycle),
    lifecycle: JSON.stringify(lifecycle),
    revision: 0,
    carrier: parts.carrier.name,
    carrier_sid: incoming.carrierSid,
    assistant: JSON.stringify(told.assistant),
    line_rules: told.duties && JSON.stringify(told.duties),
    recording_consent: told.consent && JSON.stringify(told.consent),
    parameters: JSON.stringify(variables),
    engine: lineOf(assistant),
    assistant_id: ref.id,
    assistant_version: ref.version,
    welcome_message: told.greeting,
    agenda: opening.agenda,
    sessions_offered: 0,
    sessions_opened: 0,
    created_at: at,
    ringing_at: at,
    check_at: checkAtMs === null ? null : new Date(checkAtMs),
  };
}

/** Over before it began. */
function toTurnedAway({ clock }: CallParts, row: NewCallRow): NewCallRow {
  const lifecycle = blockedLifecycle();
  return {
    ...row,
    ...{ status: statusOf(lifecycle), lifecycle: JSON.stringify(lifecycle), check_at: null },
    ...{ ended_at: new Date(clock.now()), outcome: 'blocked', ended_reason: 'forbidden', ended_by: 'server' },
  };
}

/** Words that need values which nobody gave are not said. */
function openingOf(
  { log }: CallParts,
  { assistant, variables }: Pick<WhoAnswers, 'assistant' | 'variables'>,
  assistantId: number,
) {
  const { disclosure } = assistant;
  const bare = { greeting: withDisclosure(disclosure, null), agenda: null };
  try {
    const { welcome_message, agenda } = assistant;
    const { missing, ...opening } = renderOpening({ welcome_message, agenda, disclosure }, { variables });
    if (missing.length === 0) return opening;
    log.warn({ assistantId, missing }, 'the assistant’s own words need values that an incoming call does not have');
  } catch (error) {
    if (!(error instanceof TemplateRefused)) throw error;
    log.warn({ assistantId, code: error.code }, 'the values of an incoming call do not fit the assistant’s own words');
  }
  return bare;
}
