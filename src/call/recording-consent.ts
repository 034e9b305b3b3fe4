/** Listens in a call for whether the person lets it be recorded, keeps their word, and does as they say. */
import type { Assistant } from '../assistant/assistant.ts';
import { waitFor } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import { type CallRow, updateCall } from '../store/calls.ts';
import { addConsents, listConsentsOf, withdrawConsent } from '../store/consents.ts';
import { insertEvents } from '../store/events.ts';
import { everyone } from '../store/reach.ts';
import type { Db } from '../store/schema.ts';
import { redact } from '../text/redact.ts';
import type { CallParts } from './call-parts.ts';
import type { FarEndEvent } from './converse/far-end.ts';
import type { History } from './converse/history.ts';
import { consentStateOf, operatorsList } from './dial/consents.ts';
import { knownNumberOf, personNumberOf } from './ends-of-call.ts';
import type { Duties } from './line-rules/duties.ts';
import { hearConsent, type RecordingConsent } from './line-rules/hear-consent.ts';
import { type LineWords, wordsOf } from './line-rules/line-rules.ts';

/** The recording of our own, as far as consent decides about it. */
export interface RecordingSwitch {
  /** From now on it is recorded. */
  begin(): void;
  /** Nothing more is recorded, and what was is not kept. */
  discard(): void;
}

export interface ConsentWatch {
  hear(event: FarEndEvent): void;
  /** Settles when all that was heard is stored. */
  close(): Promise<void>;
}

export interface ConsentParts {
  call: CallRow;
  history: Pick<History, 'messages'>;
  recording: RecordingSwitch | null;
}

type Parts = Pick<CallParts, 'store' | 'carrier' | 'clock' | 'newId' | 'live' | 'log' | 'lineRules'>;

export function watchConsent(parts: Parts, { call, history, recording }: ConsentParts): ConsentWatch {
  const words = wordsOf(parts.lineRules.table, (call.assistant as Assistant).language);
  const question = (call.line_rules as Duties | null)?.question ?? null;
  let consent = (call.recording_consent as RecordingConsent | null) ?? { state: 'told', words: null };
  let place = 0;
  let writes: Promise<void> = Promise.resolve();
  // The line broke after they had said so: whoever was to stop the carrier may be gone.
  if (consent.state === 'refused') void stopCarrier(parts, call);
  const wasHeard = () =>
    question !== null &&
    history.messages().some(({ role, content }) => role === 'assistant' && content.includes(question));
  return {
    hear(event) {
      if (event.type !== 'said') return;
      if (place > 0 || (consent.state === 'asked' && wasHeard())) place += 1;
      const next = hearConsent(consent, { text: event.text, place }, words);
      if (!next) return;
      consent = next;
      if (next.state === 'given') recording?.begin();
      if (next.state === 'refused') recording?.discard();
      writes = writes.then(() => keep(parts, call, { consent: next, words })).catch(toLog(parts.log, call.id));
      // Only then: a recording that is complete before the no is on record would be kept.
      if (next.state === 'refused') void writes.then(() => stopCarrier(parts, call));
    },
    close: () => writes,
  };
}

const toLog = (log: Logger, callId: string) => (error: unknown) =>
  log.error({ callId, reason: messageOf(error) }, 'what the person said about the recording could not be stored');

const stopWaitsMs = [500, 2000, 5000];

/** What the carrier records ends now; it is deleted when the carrier says that it is complete. */
async function stopCarrier({ carrier, clock, log }: Parts, call: CallRow): Promise<void> {
  const { id: callId, carrier_sid: carrierSid } = call;
  if (carrierSid === null) return;
  for (const waitMs of [...stopWaitsMs, null]) {
    try {
      return await carrier.stopRecording(carrierSid);
    } catch (error) {
      const fields = { callId, reason: messageOf(error) };
      if (waitMs === null) return log.error(fields, 'the recording at the carrier goes on until the call is over');
      log.warn(fields, 'the recording at the carrier could not be stopped yet');
      await waitFor(clock, waitMs);
    }
  }
}

interface Decided {
  consent: RecordingConsent;
  words: LineWords;
}

/** With the call, as an event, and where it was a yes or a no in the list of who agreed to what. */
async function keep(parts: Parts, call: CallRow, { consent, words }: Decided): Promise<void> {
  const at = new Date(parts.clock.now());
  const { state } = consent;
  const kept = withoutSecrets(consent, call.assistant as Assistant);
  const events = await parts.store.transaction(async (db) => {
    await updateCall(db, call.id, { recording_consent: JSON.stringify(kept) });
    if (state === 'given') await addToList(parts, db, { call, at, wording: words.may_record });
    if (state === 'refused') await takeFromList(db, call, at);
    const about = { call_id: call.id, client_id: call.client_id, type: `consent.${state}`, key: `consent.${state}` };
    const data = JSON.stringify({ purpose: 'recording', words: kept.words });
    return insertEvents(db, [{ id: parts.newId('event'), ...about, at, data }]);
  });
  parts.live.publish(events);
}

/** What is left out of the transcript is left out here. */
const withoutSecrets = ({ state, words }: RecordingConsent, { redact: kinds = [] }: Assistant): RecordingConsent => ({
  state,
  words: words === null ? null : redact(words, kinds),
});

/** A caller who hides their number agrees for this call alone. */
async function addToList(
  { newId }: Parts,
  db: Db,
  { call, at, wording }: { call: CallRow; at: Date; wording: string },
): Promise<void> {
  const number = knownNumberOf(call);
  if (number === null) return;
  const given = { purpose: 'recording', source: 'said so in a call', wording, call_id: call.id, given_at: at };
  const taken = { expires_at: null, withdrawn_at: null, withdrawn_reason: null, withdrawn_call_id: null };
  const row = { id: newId('consent'), client_id: call.client_id ?? operatorsList, number, ...given, ...taken };
  await addConsents(db, [{ ...row, created_at: at }]);
}

async function takeFromList(db: Db, call: CallRow, at: Date): Promise<void> {
  const rows = await listConsentsOf(db, call.client_id ?? operatorsList, personNumberOf(call));
  const { state, row } = consentStateOf(rows, 'recording', at.getTime());
  if (state !== 'given' || !row) return;
  await withdrawConsent(db, everyone, { id: row.id, at, reason: 'said so in a call', callId: call.id });
}
