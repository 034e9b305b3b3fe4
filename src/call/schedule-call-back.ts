/** Schedules a call to a person who asked to be called back: same assistant, same client, their own number, once. */
import type { Assistant } from '../assistant/assistant.ts';
import { withDisclosure } from '../assistant/render-opening.ts';
import type { WantedCallBack } from '../assistant/tools/schedule-call-back.ts';
import { type CallRow, findCall, lockCall, updateCall } from '../store/calls.ts';
import { insertEvents } from '../store/events.ts';
import { everyone } from '../store/reach.ts';
import type { Db } from '../store/schema.ts';
import type { CallParts } from './call-parts.ts';
import { checkAllowance } from './dial/client-limits.ts';
import { DialRefused } from './dial/dial-refused.ts';
import { goodForMs, toSpokenMoment, type Wish, whyNoTime, whyNotThen } from './dial/judge-call-back.ts';
import { mayDial } from './dial/may-dial.ts';
import { zonesOf } from './dial/schedule.ts';
import { readWishedTime } from './dial/where/read-wished-time.ts';
import { knownNumberOf, ownNumberOf, personNumberOf } from './ends-of-call.ts';
import { isTalking } from './is-talking.ts';
import { type CallRequest, storeQueuedCall } from './place-call.ts';

interface CallBackParts extends CallParts {
  /** Path that the carrier asks for instructions. */
  voicePath: string;
}

type CallBackAnswer = { when: string } | { refused: string };

/** Somebody who is called back and asks for the same again has had their calls. */
const mostInARow = 3;

/** What the clock shows where the person is; null where nobody knows. */
export function momentOfPerson(call: CallRow, nowMs: number): string | null {
  const zones = zonesOfPerson(call);
  return zones.length === 0 ? null : toSpokenMoment(nowMs, zones);
}

const zonesOfPerson = (call: CallRow) =>
  zonesOf('recipient', { to: personNumberOf(call), recipientZone: call.recipient_timezone });

export async function scheduleCallBack(
  parts: CallBackParts,
  callId: string,
  wanted: WantedCallBack,
): Promise<CallBackAnswer> {
  const { store, clock } = parts;
  const call = await findCall(store.db, everyone, callId);
  const refused = await whyNotAtAll(store.db, call);
  if (refused !== null || !call) return { refused: refused ?? nobodyTalks };
  const [nowMs, zones] = [clock.now(), zonesOfPerson(call)];
  const wishedMs = readWishedTime(wanted.time, zones, nowMs);
  const wish: Wish = { wishedMs, nowMs, zones };
  const forbidden = whyNoTime(wish) ?? (await whyForbidden(parts, call, wish));
  if (forbidden !== null || wishedMs === null) return { refused: forbidden ?? nobodyTalks };
  try {
    return await storeOnce(parts, { call, wanted, wishedMs });
  } catch (error) {
    if (error instanceof DialRefused) return { refused: error.message };
    throw error;
  }
}

const nobodyTalks = 'nobody talks in this call now.';
const isScheduled = 'a call back is scheduled already; there is one for each call.';

async function whyNotAtAll(db: Db, call: CallRow | undefined): Promise<string | null> {
  if (!call || !isTalking(call)) return nobodyTalks;
  if (call.call_back_call_id !== null) return isScheduled;
  if (knownNumberOf(call) === null) return 'the person hides their number.';
  let before: CallRow | undefined = call;
  for (let calls = 0; before?.call_back_of; calls += 1) {
    if (calls === mostInARow - 1) return 'the person was called back several times already.';
    before = await findCall(db, everyone, before.call_back_of);
  }
  return null;
}

/** By what is known now of the rules at that time; they are asked again when it is dialled. */
async function whyForbidden(parts: CallBackParts, call: CallRow, wish: Wish): Promise<string | null> {
  const { store, dialPolicy: policy } = parts;
  const about = { clientId: call.client_id, recipientZone: call.recipient_timezone, keepsHours: true, spend: null };
  const wanted = { to: personNumberOf(call), from: ownNumberOf(call), ...about };
  return whyNotThen(await mayDial({ db: store.db, policy }, wanted, wish.wishedMs ?? wish.nowMs), wish);
}

interface Decided {
  call: CallRow;
  wanted: WantedCallBack;
  wishedMs: number;
}

/** The call, its link and both events are one transaction: a server that dies leaves all of them or nothing. */
async function storeOnce(parts: CallBackParts, { call, wanted, wishedMs }: Decided): Promise<CallBackAnswer> {
  const { store, clock, live, newId } = parts;
  const events = await store.transaction(async (db) => {
    const locked = await lockCall(db, call.id);
    if (!locked || !isTalking(locked) || locked.call_back_call_id !== null) return null;
    await checkAllowance(db, { clientId: call.client_id, nowMs: clock.now(), dialsNow: false });
    const stored = await storeQueuedCall(parts, db, toRequest(parts, { call, wanted, wishedMs }));
    await updateCall(db, call.id, { call_back_call_id: stored.id });
    const data = { call_back_call_id: stored.id, due_at: new Date(wishedMs).toISOString(), reason: wanted.reason };
    const about = { call_id: call.id, client_id: call.client_id, at: new Date(clock.now()) };
    const type = 'call.call_back_scheduled';
    const told = await insertEvents(db, [
      { id: newId('event'), ...about, type, key: type, data: JSON.stringify(data) },
    ]);
    return [...stored.events, ...told];
  });
  if (events === null) return { refused: isScheduled };
  live.publish(events);
  return { when: toSpokenMoment(wishedMs, zonesOfPerson(call)) };
}

function toRequest({ voicePath }: CallBackParts, { call, wanted, wishedMs }: Decided): CallRequest {
  const assistant = call.assistant as Assistant;
  const parameters = call.parameters as Record<string, unknown>;
  const isPinned = call.assistant_id !== null && call.assistant_version !== null;
  return {
    dialect: 'call-back',
    clientId: call.client_id,
    requestId: call.id,
    to: personNumberOf(call),
    from: ownNumberOf(call),
    assistant,
    assistantRef: isPinned ? { id: call.assistant_id ?? 0, version: call.assistant_version ?? 0 } : null,
    // What the person said is known of the call, like every value, and never among the instructions.
    parameters: { ...parameters, ...(wanted.reason === null ? {} : { call_back_reason: wanted.reason }) },
    welcomeMessage: withDisclosure(assistant.disclosure, wanted.greeting ?? greetingOfCallBack(assistant)),
    agenda: `The person asked for this call back.${call.agenda === null ? '' : ` ${call.agenda}`}`,
    metadata: call.metadata as Record<string, unknown> | null,
    callBack: { of: call.id, reason: wanted.reason },
    recipientTimezone: call.recipient_timezone,
    schedule: {
      ...{ notBefore: { atMs: wishedMs }, notAfter: { atMs: wishedMs + goodForMs } },
      ...{ window: null, timezone: 'recipient' },
    },
    engine: call.engine as CallRequest['engine'],
    instructions: (callId) => ({ path: `${voicePath}?${new URLSearchParams({ callId })}` }),
  };
}

const greetings: Readonly<Record<string, (name: string) => string>> = {
  en: (name) => `Hello, this is ${name}, an automated assistant. You asked to be called back.`,
  de: (name) => `Guten Tag, hier ist ${name}, ein automatischer Assistent. Sie wollten zurückgerufen werden.`,
  es: (name) => `Hola, soy ${name}, un asistente automático. Usted pidió que le volviéramos a llamar.`,
  fr: (name) => `Bonjour, ici ${name}, un assistant automatique. Vous avez demandé à être rappelé.`,
};

/** Null in a language that has none: the assistant finds its own first words. */
function greetingOfCallBack({ language, name }: Assistant): string | null {
  return greetings[language.split('-')[0] ?? '']?.(name) ?? null;
}
