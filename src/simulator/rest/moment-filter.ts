/** The date filters of lists: `Name`, `Name<` and `Name>`, each a day or a moment. */
import { Refusal } from './rest-exchange.ts';

const dayMs = 24 * 3600 * 1000;

/** Start and end of the moment a filter names: a day, or with a time of day one second. */
function readMoment(text: string): { fromMs: number; untilMs: number } {
  const fromMs = Date.parse(/^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00:00Z` : text);
  if (Number.isNaN(fromMs)) throw new Refusal(400, 20422, `${text} is not a date: use YYYY-MM-DD`);
  return { fromMs, untilMs: fromMs + (text.length <= 'YYYY-MM-DD'.length ? dayMs : 1000) };
}

/** Both bounds are inclusive. @throws Refusal 20422 for what is no date */
export function isWithin(
  atMs: number | null,
  query: URLSearchParams,
  name: 'StartTime' | 'EndTime' | 'DateCreated',
): boolean {
  const on = query.get(name);
  const before = query.get(`${name}<`);
  const after = query.get(`${name}>`);
  if (on === null && before === null && after === null) return true;
  if (atMs === null) return false;
  if (on !== null && (atMs < readMoment(on).fromMs || atMs >= readMoment(on).untilMs)) return false;
  if (before !== null && atMs >= readMoment(before).untilMs) return false;
  return after === null || atMs >= readMoment(after).fromMs;
}
