/** Begins calls to those of a campaign who are due: each contact's move and its call are one transaction. */
import { lineOf } from '../assistant/assistant.ts';
import type { CallRequest } from '../call/call-request.ts';
import { parseClientDialLimits } from '../call/dial/client-dial-limits.ts';
import { storeQueuedCall } from '../call/place-call.ts';
import { createStepNotes, type StepNotes } from '../call/step-notes.ts';
import type { StoredCall } from '../call/store-call.ts';
import { type CampaignRow, updateCampaign } from '../store/campaigns.ts';
import { findClient, listNumbersWithin } from '../store/clients.ts';
import { type ContactRow, lockDueContacts, updateContacts } from '../store/contacts.ts';
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
  /** Why nobody can be called as things stand. */
  halt: Halt | null;
}

/** At most so many are looked at in one transaction, whose windows may all be closed. */
const mostLookedAt = 500;

export async function dialContacts(
  parts: CampaignParts,
  db: Db,
  { row, effect, atMs }: { row: CampaignRow; effect: DialEffect; atMs: number },
): Promise<Dialed> {
  const scene = await setScene(parts, db, { row, atMs });
  if ('halt' in scene) return { calls: [], halt: scene.halt };
  const calls: Dialed['calls'] = [];
  const notes = createStepNotes(db);
  const later = new Map<WhenToCall, string[]>();
  for (const contact of await lockDueContacts(db, row.id, { now: new Date(atMs), limit: mostLookedAt })) {
    if (calls.length === effect.most) break;
    const when = scene.whenToCall(contact);
    if (when !== 'now') {
      later.set(when, [...(later.get(when) ?? []), contact.id]);
      continue;
    }
    const turnAtMs = Math.round(effect.firstSlotAtMs + calls.length * effect.slotMs);
    const stored = await callContact(parts, db, { scene, contact, turnAtMs, atMs, notes });
    if (stored) calls.push(stored);
  }
  await notes.write();
  await putOff(db, later, atMs);
  if (calls.length > 0) await updateCampaign(db, row.id, { caller_ids_used: JSON.stringify(scene.used) });
  return { calls, halt: null };
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

interface Turn {
  scene: Scene;
  contact: ContactRow;
  notes: StepNotes;
  turnAtMs: number;
  atMs: number;
}

/** Null for a contact whose words cannot be filled: it is skipped. */
async function callContact(
  parts: CampaignParts,
  db: Db,
  { scene, contact, notes, turnAtMs, atMs }: Turn,
): Promise<StoredCall | null> {
  const updated_at = new Date(atMs);
  const words = fillWords(scene, contact);
  if ('code' in words) {
    await updateContacts(db, [contact.id], { state: 'skipped', code: words.code, updated_at });
    return null;
  }
  const from = scene.callerIdFor(contact);
  const request = toRequest(parts, { scene, contact, words, from });
  const stored = await storeQueuedCall(parts, db, { ...request, turnAtMs, notes });
  await updateContacts(db, [contact.id], {
    state: 'calling',
    attempts: contact.attempts + 1,
    code: null,
    first_call_id: contact.first_call_id ?? stored.id,
    last_call_id: stored.id,
    from_number: from,
    updated_at,
  });
  return stored;
}

interface Words {
  variables: Record<string, unknown>;
  greeting: string | null;
  agenda: string | null;
}

function fillWords({ speaker, settings }: Scene, contact: ContactRow): Words | { code: string } {
  const variables = variablesFor(settings, contact);
  try {
    const { greeting, agenda, missing } = openingFor(speaker.assistant, settings, variables);
    return missing.length > 0 ? { code: 'template/missing-variables' } : { variables, greeting, agenda };
  } catch (error) {
    if (error instanceof TemplateRefused) return { code: error.code };
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
async function putOff(db: Db, later: ReadonlyMap<WhenToCall, string[]>, atMs: number): Promise<void> {
  const updated_at = new Date(atMs);
  for (const [when, ids] of later) {
    const changes =
      typeof when === 'number'
        ? { due_at: new Date(when), updated_at }
        : { state: 'skipped', code: 'campaign/window-never-opens', updated_at };
    await updateContacts(db, ids, changes);
  }
}
