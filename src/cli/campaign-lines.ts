/** What a campaign, and a file of contacts, look like in a terminal. Pure. */
import type { CampaignResource, CampaignWithProgress } from '../api/contract/campaigns.ts';
import type { ContactImport } from '../api/contract/contacts.ts';

export function toProgressLine({ status, halt, progress }: CampaignWithProgress, nowMs: number): string {
  const { contacts, by_state: states, expected_end_at: end } = progress;
  const over = contacts - states.waiting - states.calling;
  const counts = [
    `${over} of ${contacts} done with`,
    ...(states.calling > 0 ? [`${states.calling} on the line`] : []),
    ...(['failed', 'skipped', 'canceled'] as const).flatMap((state) =>
      states[state] > 0 ? [`${states[state]} ${state}`] : [],
    ),
    ...(end === null ? [] : [`about ${toDuration(Date.parse(end) - nowMs)} to go`]),
    ...(halt === null ? [] : [`${halt.code}: ${halt.message}`]),
  ];
  return `${status.padEnd(9)} ${counts.join(', ')}`;
}

function toDuration(ms: number): string {
  const minutes = Math.max(Math.ceil(ms / 60_000), 1);
  if (minutes < 90) return `${minutes} min`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.round(hours / 24)} days`;
}

export const toListLine = ({ id, status, name, created_at: at }: CampaignResource): string =>
  `${id}  ${status.padEnd(9)}  ${at.slice(0, 16).replace('T', ' ')}  ${name}`;

/** What became of the rows of a file, the bad ones by their line. */
export function toImportLines(report: ContactImport): string[] {
  const { rows, added, duplicates, rejected, errors, columns, dry_run: isTrial } = report;
  const bad = [...(duplicates > 0 ? [`${duplicates} twice`] : []), ...(rejected > 0 ? [`${rejected} wrong`] : [])];
  const first = `${rows} rows: ${added} ${isTrial ? 'would be added' : 'added'}${bad.length > 0 ? `, ${bad.join(', ')}` : ''}.`;
  const read = columns && [
    `Number from "${columns.number}"`,
    ...(columns.name === null ? [] : [`name from "${columns.name}"`]),
    ...(columns.timezone === null ? [] : [`time zone from "${columns.timezone}"`]),
    ...(columns.variables.length > 0 ? [`variables ${columns.variables.join(', ')}`] : []),
  ];
  return [
    first,
    ...(read ? [`${read.join('; ')}.`] : []),
    ...errors.map(({ line, message, code }) => `  line ${line}: ${message} (${code})`),
    ...(errors.length < duplicates + rejected ? ['  …'] : []),
  ];
}
