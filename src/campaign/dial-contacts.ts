/** Begins calls to those of a campaign who are due: each contact's move and its call are one transaction. */
import { lineOf } from '../assistant/assistant.ts';
import type { CallRequest } from '../call/call-request.ts';
import { parseClientDialLimits } from '../call/dial/client-dial-limits.ts';
import { storeQueuedCalls } from '../call/place-call.ts';
import type { StoredCall } from '../call/store-call.ts';
import type { CampaignRow } from '../store/campaigns.ts';
import { findClient, listNumbersWithin } from '../store/clients.ts';
import { type ContactRow, lockDueContacts, markCalled, updateContacts } from '../store/contacts.ts';
import { everyone, onlyOf } from '../store/reach.ts';
import type { Db } from '../store/schema.ts';
import { TemplateRefused } from '../text/template.ts';
import type { CampaignParts } from './campaign-parts.ts';
import { chooseCallerId } from './choose-caller-id.ts';
import { findPinnedSpeaker, type Speaker } from './find-speaker.ts';
import type { CampaignEffect, Halt } from './pace/pace-state.ts';
import { type CampaignSettings, settingsOf } from './settings.ts';
import { openingFor, variablesFor } from './templates.ts';
import { type WhenToCall, whenToCall } from './when-to-call.ts';

type DialEffect = Extract<CampaignEffect, { type: 'dial' }>;

export interface Dialed {
  calls: StoredCall[];
  /** The order in which the campaign's numbers were used, these calls included. */
  callerIdsUsed: Record<string, number>;
  /** Why nobody can be called as things stand. */
  halt: Halt | null;
}

/** At most so many are looked at in one transaction, whose windows may all be closed. */
const mostLookedAt = 500;
/** Where some of them cannot be called now, so many times as many are looked at next. */
const nextLookGrows = 4;

export async function dialContacts(
  parts: CampaignParts,
  db: Db,
  { row, effect, atMs }: { row: CampaignRow; effect: DialEffect; atMs: number },
): Promise<Dialed> {
  const scene = await setScene(parts, db, { row, atMs });
  if ('halt' in scene) return { calls: [], callerIdsUsed: row.caller_ids_used, halt: scene.halt };
  const calls: Dialed['calls'] = [];
  let looked = 0;
  for (let limit = effect.most; calls.length < effect.most && limit > 0; ) {
    const due = await lockDueContacts(db, row.id, { now: new Date(atMs), limit });
    const turnAtMs = (index: number) => Math.round(effect.firstSlotAtMs + (calls.length + index) * effect.slotMs);
    const chosen = chooseContacts(scene, due, effect.most - calls.length);
    calls.push(...(await callContacts(parts, db, { scene, called: chosen.called, turnAtMs, atMs })));
    await putOff(db, chosen.others, atMs);
    looked += due.length;
    limit = due.length < limit ? 0 : Math.min(limit * nextLookGrows, mostLookedAt - looked);
  }
  return { calls, callerIdsUsed: scene.used, halt: null };
}

interface Called {
  contact: ContactRow;
  words: Words;
}

/** A moment until which somebody waits, or the code with which they are skipped. */
type WhyNot = number | string;

interface Chosen {
  called: Called[];
  /** Ids of those who cannot be called now. */
  others: Map<WhyNot, string[]>;
}

/** In their order, until there are so many. */
function chooseContacts(scene: Scene, due: readonly ContactRow[], most: number): Chosen {
  const chosen: Chosen = { called: [], others: new Map() };
  for (const contact of due) {
    if (chosen.called.length === most) break;
    const words = wordsNow(scene, contact);
    if (typeof words === 'object') chosen.called.push({ contact, words });
    else chosen.others.set(words, [...(chosen.others.get(words) ?? []), contact.id]);
  }
  return chosen;
}

function wordsNow(scene: Scene, contact: ContactRow): Words | WhyNot {
  const when = scene.whenToCall(contact);
  if (when === 'never') return 'campaign/window-never-opens';
  return when === 'now' ? fillWords(scene, contact) : when;
}

interface Scene {
  row: CampaignRow;
  settings: CampaignSettings;
  speaker: Speaker;
  whenToCall: (contact: { number: string; timezone: string | null }) => WhenToCall;
  callerIdFor(contact: ContactRow): string;
  /** The order in which the numbers were used, those of this transaction included. */
  used: Record<string, number>;
}

const halt = (code: Halt['code'], message: string): { halt: Halt } => ({ halt: { code, message } });

async function setScene(
  parts: CampaignParts,
  db: Db,
  { row, atMs }: { row: CampaignRow; atMs: number },
): Promise<Scene | { halt: Halt }> {
  const settings = settingsOf(row);
  const client = row.client_id === null ? null : await findClient(db, everyone, row.client_id);
  if (client !== null && client?.status !== 'Active') {
    return halt('campaign/client-not-active', 'The client is not active.');
  }
  const speaker = await findPinnedSpeaker(db, row, parts.assistant);
  if (!speaker) return halt('campaign/no-assistant', 'The assistant is not there any more.');
  const pool = settings.caller_id?.numbers ?? [client?.twilio_phone_number ?? parts.from];
  const numbers = await ownNumbers(parts, db, { row, pool });
  if (numbers.length === 0) return halt('campaign/no-caller-id', 'None of the numbers to call from is yours any more.');
  const limits = client === null ? null : { status: client.status, limits: parseClientDialLimits(client.limits) };
  const used = { ...row.caller_ids_used };
  return {
    ...{ row, settings, speaker, used },
    whenToCall: whenToCall({ window: settings.window, client: limits, places: parts.dialPolicy.places }, atMs),
    callerIdFor(contact) {
      const ids = { numbers, match: settings.caller_id?.match ?? 'none', used };
      const chosen = chooseCallerId(ids, { number: contact.number, calledFrom: contact.from_number }) as string;
      used[chosen] = Math.max(...Object.values(used), 0) + 1;
      return chosen;
    },
  };
}

/** The configured number is everybody's to call from. */
async function ownNumbers(
  { from }: CampaignParts,
  db: Db,
  { row, pool }: { row: CampaignRow; pool: readonly string[] },
): Promise<string[]> {
  const own = await listNumbersWithin(db, row.client_id === null ? everyone : onlyOf(row.client_id), pool);
  return pool.filter((number) => number === from || own.has(number));
}

interface Turns {
  scene: Scene;
  called: readonly Called[];
  turnAtMs(index: number): number;
  atMs: number;
}

async function callContacts(
  parts: CampaignParts,
  db: Db,
  { scene, called, turnAtMs, atMs }: Turns,
): Promise<StoredCall[]> {
  const requests = called.map(({ contact, words }, index) => {
    const from = scene.callerIdFor(contact);
    return { ...toRequest(parts, { scene, contact, words, from }), turnAtMs: turnAtMs(index) };
  });
  const stored = await storeQueuedCalls(parts, db, requests);
  await markCalled(db, { callIds: stored.map(({ id }) => id), now: new Date(atMs) });
  return stored;
}

interface Words {
  variables: Record<string, unknown>;
  greeting: string | null;
  agenda: string | null;
}

/** Or the code of what is wrong with them. */
function fillWords({ speaker, settings }: Scene, contact: ContactRow): Words | string {
  const variables = variablesFor(settings, contact);
  try {
    const { greeting, agenda, missing } = openingFor(speaker.assistant, settings, variables);
    return missing.length > 0 ? 'template/missing-variables' : { variables, greeting, agenda };
  } catch (error) {
    if (error instanceof TemplateRefused) return error.code;
    throw error;
  }
}

function toRequest(
  parts: CampaignParts,
  { scene, contact, words, from }: { scene: Scene; contact: ContactRow; words: Words; from: string },
): CallRequest {
  const { row, settings, speaker } = scene;
  const { max_duration_seconds: longest } = settings;
  const assistant = longest === null ? speaker.assistant : { ...speaker.assistant, max_duration_seconds: longest };
  return {
    dialect: 'campaign',
    clientId: row.client_id,
    requestId: row.id,
    to: contact.number,
    from,
    assistant,
    assistantRef: speaker.ref,
    parameters: words.variables,
    welcomeMessage: words.greeting,
    agenda: words.agenda,
    recipientTimezone: contact.timezone,
    campaign: {
      campaignId: row.id,
      contactId: contact.id,
      attempt: contact.attempts + 1,
      retryOf: contact.first_call_id,
    },
    engine: lineOf(assistant),
    instructions: (callId) => ({ path: `${parts.voicePath}?${new URLSearchParams({ callId })}` }),
  };
}

/** Contacts whose window is closed wait for it, so that they hold up nobody. */
async function putOff(db: Db, others: ReadonlyMap<WhyNot, string[]>, atMs: number): Promise<void> {
  const updated_at = new Date(atMs);
  for (const [why, ids] of others) {
    const changes = typeof why === 'number' ? { due_at: new Date(why) } : { state: 'skipped', code: why };
    await updateContacts(db, ids, { ...changes, updated_at });
  }
}
