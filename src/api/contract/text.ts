/** Text and numbers as every request of `/v1` may hold them. */
import { z } from 'zod';

/** Text that the database can hold: no U+0000, no half characters. */
export const textSchema = (most: number, least = 1) =>
  z
    .string()
    .min(least)
    .max(most)
    .refine((text) => !text.includes('\0') && text.isWellFormed(), 'must not hold U+0000 or half a character');

export const e164Schema = z.string().regex(/^\+[1-9]\d{1,14}$/, 'must be in E.164 format, for example +12125551234');

const timeZoneWords = 'must be a time zone, for example America/New_York';

/** In the one way of writing it: names of zones are good in capitals, too, and there must not be a thousand of each. */
function toTimeZone(name: string, context: z.RefinementCtx): string {
  try {
    if (!/^[A-Za-z]/.test(name)) throw new RangeError('an offset is no zone');
    return new Intl.DateTimeFormat('en-US', { timeZone: name }).resolvedOptions().timeZone;
  } catch {
    context.addIssue({ code: 'custom', message: timeZoneWords });
    return z.NEVER;
  }
}

/** A zone of the time zone database by its name. */
export const timeZoneSchema = z.string().max(64).transform(toTimeZone);

export const momentSchema = z.iso.datetime({ offset: true });

/** The moments that the database and our own times agree on. */
export const lastMomentMs = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/** A moment to search by: one that the database and our own times agree on. */
export const searchMomentSchema = z.iso.datetime({ offset: true, abort: true }).refine((text) => {
  const ms = Date.parse(text);
  return ms >= 0 && ms <= lastMomentMs;
}, 'must be from 1970 to 9999');

export const pageQuery = {
  limit: z.coerce.number().int().min(1).max(100).default(20),
  cursor: z.string().max(300).optional(),
};

/** A page of a list. */
export const pageOf = <T extends z.ZodType>(item: T) =>
  z.object({ data: z.array(item), has_more: z.boolean(), next_cursor: z.string().nullable() });

/** An error of `/v1`, RFC 9457. */
export const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  /** Tells errors apart for programs, for example `request/not-found`. */
  code: z.string(),
  request_id: z.string(),
  errors: z.array(z.object({ field: z.string(), message: z.string() })).optional(),
});

function isStorable(value: unknown): boolean {
  if (typeof value === 'string') return !value.includes('\0') && value.isWellFormed();
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([name, inner]) => isStorable(name) && isStorable(inner));
}

/** A JSON object of any shape that the database can hold, so many characters at most. */
export const objectSchema = (most: number) =>
  z
    .record(z.string(), z.unknown())
    .refine(isStorable, 'must not hold U+0000 or half a character')
    .refine((value) => JSON.stringify(value).length <= most, `may have ${most} characters as JSON`);

/** An error of `/auth`. */
export const plainErrorSchema = z.object({ error: z.string(), requestId: z.string() });
