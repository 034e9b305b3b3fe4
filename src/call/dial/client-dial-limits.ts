/** The limits of a client as they are stored, read for the rules of dialling. */
import { z } from 'zod';
import { consentPurposes } from './consents.ts';
import { weekdays } from './where/local-time.ts';
import { everyDay, type Span, type WeeklyHours } from './where/open-hours.ts';

const toMinutes = (clock: string) => Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3));

const span = z
  .tuple([z.string().regex(/^\d\d:\d\d$/), z.string().regex(/^\d\d:\d\d$/)])
  .transform(([from, until]): Span => [toMinutes(from), toMinutes(until)]);

/** Windows as `/v1` takes them. */
export const callingHours = z
  .object({
    windows: z.partialRecord(z.enum(weekdays), z.array(span)),
    closed_on_holidays: z.boolean().default(false),
    closed_dates: z.array(z.string()).default([]),
  })
  .transform(({ windows, closed_on_holidays, closed_dates }): WeeklyHours => {
    // A day that is not named is closed.
    const days = everyDay([]);
    for (const day of weekdays) days[day] = windows[day] ?? [];
    return { days, closedOnHolidays: closed_on_holidays, closedDates: closed_dates };
  });

/** Null for hours that cannot be read. */
export const parseWeeklyHours = (stored: unknown): WeeklyHours | null => callingHours.safeParse(stored).data ?? null;

const clientDialLimits = z.object({
  calls_per_day: z.number().optional(),
  calls_per_minute: z.number().optional(),
  concurrent_calls: z.number().optional(),
  allowed_countries: z.array(z.string()).optional(),
  calls_per_number_per_day: z.number().optional(),
  calls_per_number_per_week: z.number().optional(),
  calling_hours: callingHours.optional(),
  enforce_calling_hours: z.boolean().optional(),
  ignore_state_rules: z.boolean().optional(),
  on_do_not_call: z.enum(['end', 'finish']).optional(),
  require_consent: z.array(z.enum(consentPurposes)).optional(),
  spend_per_call_micros: z.number().optional(),
  spend_per_day_micros: z.number().optional(),
  spend_per_month_micros: z.number().optional(),
});

export type ClientDialLimits = z.infer<typeof clientDialLimits>;

/** Null for limits that cannot be read: a limit that nobody understands must not be taken for none. */
export const parseClientDialLimits = (stored: unknown): ClientDialLimits | null =>
  clientDialLimits.safeParse(stored).data ?? null;
