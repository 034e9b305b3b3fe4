/** Adds people to a campaign: good rows are kept, bad ones and duplicates are reported by their line. */
import type { Assistant } from '../assistant/assistant.ts';
import type { Clock } from '../base/clock.ts';
import { CallwrightError } from '../base/errors.ts';
import type { NewId } from '../base/ids.ts';
import { type CampaignRow, lockCampaign, updateCampaign } from '../store/campaigns.ts';
import { countContacts, findKnownNumbers, insertContacts, type NewContact } from '../store/contacts.ts';
import type { Store } from '../store/open-store.ts';
import { TemplateRefused } from '../text/template.ts';
import { type GivenContact, type RowProblem, readContact } from './contacts/read-contact.ts';
import type { GivenRow } from './contacts/read-csv.ts';
import { settingsOf } from './settings.ts';
import { neededFromContacts, openingFor, variablesFor } from './templates.ts';

export interface ImportParts {
  store: Store;
  clock: Clock;
  newId: NewId;
}

export class ContactsRefused extends CallwrightError {}

/** In a campaign. */
export const mostContacts = 1_000_000;
const rowsAtOnce = 1000;
const mostErrorsTold = 100;
/** Campaigns that are over take nobody any more. */
const open: readonly string[] = ['draft', 'running', 'paused', 'halted'];

export interface ImportReport {
  rows: number;
  added: number;
  duplicates: number;
  rejected: number;
  errors: ({ line: number } & RowProblem)[];
}

interface Import {
  campaign: CampaignRow;
  /** Who speaks in its calls: every contact must bring what the words need. */
  speaker: Assistant;
  dryRun: boolean;
}

/**
 * Takes the rows in batches, each in a transaction of its own; what was taken stays when a later one fails.
 * @throws ContactsRefused `campaign/over` or `contacts/too-many`
 */
export async function importContacts(
  parts: ImportParts,
  to: Import,
  rows: AsyncIterable<GivenRow[]>,
): Promise<ImportReport> {
  const report: ImportReport = { rows: 0, added: 0, duplicates: 0, rejected: 0, errors: [] };
  const check = createChecker(to);
  const before = await countContacts(parts.store.db, to.campaign.id);
  let batch: NewContact[] = [];
  const flush = async () => {
    const contacts = batch;
    batch = [];
    await addBatch(parts, to, { contacts, report });
  };
  for await (const piece of rows) {
    for (const row of piece) {
      report.rows += 1;
      if (before + report.added + batch.length >= mostContacts || report.rows > mostContacts) throw tooMany();
      const checked = check(row);
      if ('problem' in checked) note(report, row.line, checked.problem);
      else batch.push({ ...checked.contact, id: parts.newId('contact'), line: row.line });
      if (batch.length >= rowsAtOnce) await flush();
    }
  }
  await flush();
  return report;
}

const tooMany = () => new ContactsRefused('contacts/too-many', `A campaign may have ${mostContacts} contacts.`);

function note(report: ImportReport, line: number, problem: RowProblem): void {
  if (problem.code === 'contact/duplicate') report.duplicates += 1;
  else report.rejected += 1;
  if (report.errors.length < mostErrorsTold) report.errors.push({ line, ...problem });
}

/** Looks at one row after the other and remembers their numbers: 15 digits fit into a number of 8 bytes. */
function createChecker({ campaign, speaker }: Import) {
  const settings = settingsOf(campaign);
  const needed = neededFromContacts(speaker, settings);
  const lineOf = new Map<number, number>();
  return (row: GivenRow): { contact: GivenContact } | { problem: RowProblem } => {
    if ('problem' in row) return row;
    const read = readContact(row.given, settings.default_country);
    if ('problem' in read) return read;
    const { contact } = read;
    const digits = Number(contact.number.slice(1));
    const before = lineOf.get(digits);
    if (before !== undefined) return duplicate(`is on line ${before} already`);
    const missing = needed.length === 0 ? null : whatIsMissing();
    if (missing) return { problem: missing };
    lineOf.set(digits, row.line);
    return read;

    function whatIsMissing(): RowProblem | null {
      try {
        const names = openingFor(speaker, settings, variablesFor(settings, contact)).missing;
        if (names.length === 0) return null;
        const message = `lacks ${names.join(', ')}, which the welcome message or the agenda names`;
        return { field: names[0] ?? null, code: 'contact/missing-variable', message };
      } catch (error) {
        if (!(error instanceof TemplateRefused)) throw error;
        return { field: 'variables', code: 'contact/too-long', message: error.message };
      }
    }
  };
}

const duplicate = (message: string): { problem: RowProblem } => ({
  problem: { field: 'number', code: 'contact/duplicate', message },
});

async function addBatch(
  parts: ImportParts,
  { campaign, dryRun }: Import,
  { contacts, report }: { contacts: readonly NewContact[]; report: ImportReport },
): Promise<void> {
  if (contacts.length === 0) return;
  const now = new Date(parts.clock.now());
  const inCampaign = duplicate('is in the campaign already').problem;
  if (dryRun) {
    const numbers = contacts.map(({ number }) => number);
    const known = await findKnownNumbers(parts.store.db, campaign.id, numbers);
    for (const { number, line } of contacts) if (known.has(number)) note(report, line, inCampaign);
    report.added += contacts.length - known.size;
    return;
  }
  const added = await parts.store.transaction(async (db) => {
    const locked = await lockCampaign(db, campaign.id);
    if (!locked || !open.includes(locked.status)) {
      throw new ContactsRefused('campaign/over', 'The campaign is over and takes no more contacts.');
    }
    const inserted = await insertContacts(db, { campaignId: locked.id, clientId: locked.client_id, now }, contacts);
    if (locked.status === 'running') await updateCampaign(db, locked.id, { next_tick_at: now });
    return inserted;
  });
  report.added += added.size;
  for (const { number, line } of contacts) if (!added.has(number)) note(report, line, inCampaign);
}
