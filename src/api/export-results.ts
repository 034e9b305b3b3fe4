/** What became of every contact of a campaign, as CSV, read and sent page by page. */
import type { CampaignRow } from '../store/campaigns.ts';
import { type ContactRow, listContacts } from '../store/contacts.ts';
import type { Reach } from '../store/reach.ts';
import type { Db } from '../store/schema.ts';
import { toCsvLine } from '../text/csv.ts';

const atOnce = 1000;
const columns = ['number', 'name', 'timezone', 'state', 'outcome', 'code', 'attempts', 'last_call_id', 'updated_at'];

export async function* exportResults(
  db: Db,
  { reach, campaign }: { reach: Reach; campaign: CampaignRow },
): AsyncGenerator<string> {
  const filter = { reach, campaignId: campaign.id };
  const names = await namesOfVariables(db, filter);
  yield toCsvLine([...columns, ...names]);
  let afterPosition = 0;
  for (;;) {
    const rows = await listContacts(db, filter, { limit: atOnce, afterPosition });
    yield rows.map((row) => toCsvLine(toCells(row, names))).join('');
    const last = rows.at(-1);
    if (!last || rows.length < atOnce) return;
    afterPosition = last.position;
  }
}

/** Those that the first contacts have: a file gives all of its rows the same. */
async function namesOfVariables(db: Db, filter: { reach: Reach; campaignId: string }): Promise<string[]> {
  const first = await listContacts(db, filter, { limit: atOnce, afterPosition: 0 });
  return [...new Set(first.flatMap(({ variables }) => Object.keys(variables)))].filter(
    (name) => !columns.includes(name),
  );
}

function toCells(row: ContactRow, names: readonly string[]): string[] {
  const { variables } = row;
  const given = names.map((name) => {
    const value = Object.hasOwn(variables, name) ? variables[name] : undefined;
    return value === undefined || value === null ? '' : typeof value === 'string' ? value : JSON.stringify(value);
  });
  const { state, outcome, code, attempts, last_call_id, updated_at } = row;
  return [
    ...[row.number, row.name ?? '', row.timezone ?? '', state, outcome ?? '', code ?? '', String(attempts)],
    ...[last_call_id ?? '', updated_at.toISOString(), ...given],
  ];
}
