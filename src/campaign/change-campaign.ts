/** What people do with a campaign: begin it, hold it, go on, call it off. */

import { lineOf } from '../assistant/assistant.ts';
import { CallwrightError } from '../base/errors.ts';
import { DialRefused } from '../call/dial/dial-refused.ts';
import { someoneCanSpeak } from '../call/speech-vendors.ts';
import { type CampaignRow, lockCampaign, updateCampaign } from '../store/campaigns.ts';
import { type ContactRow, listWaitingWithout, nextContactDue } from '../store/contacts.ts';
import type { Reach } from '../store/reach.ts';
import type { Db } from '../store/schema.ts';
import type { CampaignParts } from './campaign-parts.ts';
import { findSpeakerNow, type Speaker } from './find-speaker.ts';
import { settingsOf, stateOf } from './settings.ts';
import { type CampaignStep, takeCampaignStep } from './take-step.ts';
import { neededFromContacts } from './templates.ts';

/** It cannot be done in the state of the campaign, or not with these contacts. */
export class CampaignRefused extends CallwrightError {
  /** Contacts that are in the way. */
  readonly contacts: readonly ContactRow[];
  constructor(code: `campaign/${string}`, message: string, contacts: readonly ContactRow[] = []) {
    super(code, message);
    this.contacts = contacts;
  }
}

export type CampaignAction =
  | { type: 'start' }
  | { type: 'pause' }
  | { type: 'resume' }
  | { type: 'cancel'; talking: 'finish' | 'hang_up' };

/** In which states each makes sense; in the first list it is done already. */
const from: Record<CampaignAction['type'], { done: readonly string[]; from: readonly string[] }> = {
  start: { done: [], from: ['draft'] },
  pause: { done: ['paused'], from: ['running'] },
  resume: { done: ['running'], from: ['paused', 'halted'] },
  cancel: { done: [], from: ['draft', 'running', 'paused', 'halted', 'canceled'] },
};

/**
 * In the caller's transaction; hand the step to `settle` after the commit. Null when there is no such campaign.
 * @throws CampaignRefused
 */
export async function changeCampaign(
  parts: CampaignParts,
  db: Db,
  { reach, id, action }: { reach: Reach; id: string; action: CampaignAction },
): Promise<CampaignStep | null> {
  const row = await lockCampaign(db, id, reach);
  if (!row) return null;
  const allowed = from[action.type];
  if (allowed.done.includes(row.status)) return { row, events: [], calls: [], canceled: [], ending: [] };
  if (!allowed.from.includes(row.status)) {
    throw new CampaignRefused(
      `campaign/${row.status}`,
      `The campaign is ${row.status}; it cannot be ${pastOf[action.type]}.`,
    );
  }
  if (action.type !== 'start' && action.type !== 'resume') return takeCampaignStep(parts, db, { row, wish: action });
  const pinned = await pinSpeaker(parts, db, row);
  return takeCampaignStep(parts, db, { row: pinned, wish: action });
}

export const pastOf = { start: 'started', pause: 'paused', resume: 'resumed', cancel: 'canceled' } as const;

/** From now on calls are made with the version that is published now, which must find all it needs in every contact. */
async function pinSpeaker(parts: CampaignParts, db: Db, row: CampaignRow): Promise<CampaignRow> {
  const speaker = await findSpeakerNow(db, row, parts.assistant);
  if (!speaker) throw new CampaignRefused('campaign/no-assistant', 'There is no such published assistant.');
  checkPeriod(parts, row);
  await checkContacts(db, row, speaker);
  try {
    someoneCanSpeak(parts.speech, { assistant: speaker.assistant, engine: lineOf(speaker.assistant) });
  } catch (error) {
    if (error instanceof DialRefused) throw new CampaignRefused('campaign/no-vendor', error.message);
    throw error;
  }
  const assistant_version = speaker.ref?.version ?? null;
  await updateCampaign(db, row.id, { assistant_version });
  return { ...row, assistant_version };
}

function checkPeriod({ clock }: CampaignParts, row: CampaignRow): void {
  const { ends_at: endsAt } = settingsOf(row);
  if (endsAt !== null && Date.parse(endsAt) <= clock.now()) {
    throw new CampaignRefused('campaign/ended', `ends_at (${endsAt}) has passed; set a later one.`);
  }
}

const mostContactsTold = 20;

async function checkContacts(db: Db, row: CampaignRow, { assistant }: Speaker): Promise<void> {
  if (stateOf(row).phase === 'draft' && (await nextContactDue(db, row.id)) === null) {
    throw new CampaignRefused('campaign/no-contacts', 'The campaign has no contacts; add some.');
  }
  const needed = neededFromContacts(assistant, settingsOf(row));
  if (needed.length === 0) return;
  const paths = needed.map((name) => name.split('.'));
  const lacking = await listWaitingWithout(db, row.id, { paths, limit: mostContactsTold });
  if (lacking.length === 0) return;
  const message = `The welcome message or the agenda names ${needed.join(', ')}, which some contacts lack; the first of them are listed.`;
  throw new CampaignRefused('campaign/missing-variables', message, lacking);
}
