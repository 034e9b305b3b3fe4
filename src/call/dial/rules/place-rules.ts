/** What single states and countries demand of whoever calls: hours, calls a day, public holidays; from a table that can be edited. */
import { z } from 'zod';
import type { Destination } from '../where/destination.ts';
import { createHolidays, type HolidayRule, type Holidays } from '../where/holidays.ts';
import { type Weekday, weekdays } from '../where/local-time.ts';
import { everyDay, type Span, type WeeklyHours } from '../where/open-hours.ts';
import published from './place-rules.json' with { type: 'json' };

export interface PlaceRule {
  hours: WeeklyHours | null;
  /** Calls to one number in 24 hours. */
  callsPerDay: number | null;
  holidays: Holidays | null;
  source: string;
}

export interface PlaceRules {
  /** States of the United States as its post writes them, two-letter codes of countries. */
  states: Readonly<Record<string, PlaceRule>>;
  countries: Readonly<Record<string, PlaceRule>>;
}

const clock = z
  .string()
  .regex(/^(([01]\d|2[0-3]):[0-5]\d|24:00)$/, 'must be a time like 08:30, 24:00 at most')
  .transform((text) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3)));
const spans = z
  .array(z.tuple([clock, clock]).refine(([from, until]) => !(from >= until), 'must begin before it ends'))
  .max(10);
const windows = z.strictObject({
  /** On every day that is not named. */
  daily: spans.default([]),
  ...(Object.fromEntries(weekdays.map((day) => [day, spans.optional()])) as Record<
    Weekday,
    z.ZodOptional<typeof spans>
  >),
});
const hoursSchema = z.strictObject({
  windows,
  closed_on_holidays: z.boolean().default(false),
  closed_dates: z.array(z.iso.date()).max(1000).default([]),
});

/** Every year has it: a 29th of February is none. */
const monthDay = z
  .string()
  .regex(/^\d\d-\d\d$/, 'must be a month and a day like 12-25')
  .refine((text) => new Date(`2026-${text}T00:00:00Z`).toISOString().slice(5, 10) === text, 'is no day of every year');

const holidaySchema = z
  .strictObject({
    name: z.string().min(1).max(200),
    date: monthDay.optional(),
    kept: z.enum(['nearest_weekday', 'next_weekday']).optional(),
    weekday: z.enum(weekdays).optional(),
    on_or_after: monthDay.optional(),
    days_from_easter: z.int().min(-100).max(100).optional(),
    on: z.iso.date().optional(),
  })
  .transform((given, context): HolidayRule => {
    const { name, date, kept, weekday, on_or_after: onOrAfter, days_from_easter: daysFromEaster, on } = given;
    const named = [date, weekday ?? onOrAfter, daysFromEaster, on].filter((part) => part !== undefined);
    if (named.length === 1 && (kept === undefined || date !== undefined)) {
      if (date !== undefined) return { name, date, kept };
      if (weekday !== undefined && onOrAfter !== undefined) return { name, weekday, onOrAfter };
      if (daysFromEaster !== undefined) return { name, daysFromEaster };
      if (on !== undefined) return { name, on };
    }
    const words = 'needs either date (with kept), weekday and on_or_after, days_from_easter, or on';
    context.addIssue({ code: 'custom', message: words });
    return z.NEVER;
  });

const ruleSchema = z
  .strictObject({
    /** The law, or who says so, and as of when. */
    source: z.string().min(1).max(1000),
    note: z.string().max(1000).optional(),
    hours: hoursSchema.optional(),
    calls_per_day: z.int().min(0).max(1000).optional(),
    holidays: z.array(holidaySchema).max(200).optional(),
  })
  .transform(
    ({ source, hours, calls_per_day, holidays }): PlaceRule => ({
      source,
      hours: hours ? toWeeklyHours(hours) : null,
      callsPerDay: calls_per_day ?? null,
      holidays: holidays ? createHolidays(holidays) : null,
    }),
  );

function toWeeklyHours({
  windows: given,
  closed_on_holidays,
  closed_dates,
}: z.output<typeof hoursSchema>): WeeklyHours {
  const days = everyDay(given.daily);
  for (const day of weekdays) days[day] = (given[day] as readonly Span[] | undefined) ?? given.daily;
  return { days, closedOnHolidays: closed_on_holidays, closedDates: closed_dates };
}

const code = z.string().regex(/^[A-Z]{2}$/, 'must be named by its two letters');

/** Null takes an entry away. */
const table = z.record(code, ruleSchema.nullable()).default({});
const placeRulesSchema = z.strictObject({ about: z.string().optional(), states: table, countries: table });

type Entries = Readonly<Record<string, PlaceRule | null>>;

function merge(before: PlaceRules['states'], changes: Entries): PlaceRules['states'] {
  const all = { ...before, ...changes };
  return Object.fromEntries(Object.entries(all).flatMap(([name, rule]) => (rule === null ? [] : [[name, rule]])));
}

const noRules: PlaceRules = { states: {}, countries: {} };

/**
 * The rules with those of a table put in the place of the entries that it names.
 * @throws ZodError for a table that makes no sense
 */
export function mergePlaceRules(before: PlaceRules, written: unknown): PlaceRules {
  const { states, countries } = placeRulesSchema.parse(written);
  return { states: merge(before.states, states), countries: merge(before.countries, countries) };
}

export const usualPlaceRules: PlaceRules = mergePlaceRules(noRules, published);

/** The rules of everywhere the person can be; a state counts in the United States alone. */
export function rulesAt(
  rules: PlaceRules,
  { countries, region }: Pick<Destination, 'countries' | 'region'>,
): { countries: PlaceRule[]; state: PlaceRule | null } {
  const state = region !== null && countries.includes('US') ? (rules.states[region] ?? null) : null;
  return { countries: countries.flatMap((country) => rules.countries[country] ?? []), state };
}

export function holidaysAt(rules: PlaceRules, destination: Pick<Destination, 'countries' | 'region'>): Holidays[] {
  const at = rulesAt(rules, destination);
  return [...at.countries, ...(at.state ? [at.state] : [])].flatMap(({ holidays }) => holidays ?? []);
}
