/** Holds calling hours against a second opinion: the zone tables of Postgres, which are not those of this runtime. */
import { PGlite } from '@electric-sql/pglite';
import { createSeededRandom } from '../../src/base/random.ts';
import { usualHours } from '../../src/call/dial/rules/is-within-calling-hours.ts';
import { isOpenEverywhere, toOpenHours } from '../../src/call/dial/where/open-hours.ts';

export interface CalendarResult {
  zones: number;
  asked: number;
  open: number;
  /** Where the product would call and the clock on the wall says no, or the other way round. */
  wrong: string[];
}

const quarterMs = 15 * 60_000;
const firstMs = Date.UTC(2026, 0, 1);
const lastMs = Date.UTC(2028, 0, 1);
const atOnce = 20_000;

/** Draws zones and quarters of an hour of two years; from 8 to 21 o'clock a call is allowed. */
export async function checkCalendar(samples: number, seed: number): Promise<CalendarResult> {
  const database = await PGlite.create();
  try {
    const { rows } = await database.query<{ name: string }>('select name from pg_timezone_names');
    const known = new Set(rows.map(({ name }) => name));
    const zones = Intl.supportedValuesOf('timeZone').filter((zone) => known.has(zone));
    const result: CalendarResult = { zones: zones.length, asked: 0, open: 0, wrong: [] };
    const random = createSeededRandom(seed);
    while (result.asked < samples) {
      const drawn = Array.from({ length: Math.min(atOnce, samples - result.asked) }, () => ({
        zone: zones[Math.floor(random.fraction() * zones.length)] ?? 'UTC',
        atMs: firstMs + Math.floor((random.fraction() * (lastMs - firstMs)) / quarterMs) * quarterMs,
      }));
      await compare(database, drawn, result);
    }
    return result;
  } finally {
    await database.close();
  }
}

async function compare(
  database: PGlite,
  drawn: { zone: string; atMs: number }[],
  result: CalendarResult,
): Promise<void> {
  const hours = [toOpenHours(usualHours, [])];
  const { rows } = await database.query<{ hour: number }>(
    `select extract(hour from to_timestamp(at / 1000.0) at time zone zone)::int as hour
     from unnest($1::text[], $2::float8[]) with ordinality as drawn (zone, at, place) order by place`,
    [drawn.map(({ zone }) => zone), drawn.map(({ atMs }) => atMs)],
  );
  for (const [at, { zone, atMs }] of drawn.entries()) {
    const hour = rows[at]?.hour ?? -1;
    const isAllowed = hour >= 8 && hour < 21;
    const isOpen = isOpenEverywhere(hours, [zone], atMs);
    result.asked += 1;
    if (isOpen) result.open += 1;
    if (isOpen !== isAllowed) result.wrong.push(`${zone} at ${new Date(atMs).toISOString()}: ${hour} o'clock`);
  }
}
