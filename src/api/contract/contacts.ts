/** The shapes of a campaign's contacts in `/v1`, shared with the dashboard. */
import { z } from 'zod';
import { e164Schema, momentSchema, objectSchema, pageQuery, textSchema, timeZoneSchema } from './text.ts';

export const contactStates = ['waiting', 'calling', 'done', 'failed', 'skipped', 'canceled'] as const;

/** In one JSON body; a CSV file may have `mostContacts` rows. */
export const mostContactsInJson = 10_000;

/** Each is looked at by itself, so that a bad one is reported and the rest is taken. */
export const addContactsSchema = z.array(z.unknown()).min(1).max(mostContactsInJson);

export const contactInputSchema = z.strictObject({
  /** In E.164, or as it is dialled within the campaign's `default_country`. */
  number: textSchema(60),
  name: textSchema(200).nullish(),
  /** The person's own zone, such as America/Denver, where you know it; else the number tells. */
  timezone: timeZoneSchema.nullish(),
  /** Fill `{{name}}` in the templates. */
  variables: objectSchema(6000).optional(),
});

export const addContactsQuerySchema = z.strictObject({
  /** Only reports what would become of the rows. */
  dry_run: z.enum(['true', 'false']).default('false'),
});

const rowSchema = z.object({ line: z.int(), field: z.string().nullable(), code: z.string(), message: z.string() });

export const contactImportSchema = z.object({
  dry_run: z.boolean(),
  rows: z.int(),
  added: z.int(),
  duplicates: z.int(),
  rejected: z.int(),
  /** The first of those that were not taken, duplicates included, by their line or place in the list. */
  errors: z.array(rowSchema),
  /** What became of the columns of a file: which hold number, name and time zone, and the variables. */
  columns: z
    .object({
      number: z.string(),
      name: z.string().nullable(),
      timezone: z.string().nullable(),
      variables: z.array(z.string()),
    })
    .nullable(),
});

export const listContactsQuerySchema = z.strictObject({
  ...pageQuery,
  state: z.enum(contactStates).optional(),
  outcome: z
    .string()
    .regex(/^[a-z_]{1,50}$/, 'must be a name like no_answer')
    .optional(),
  /** In a URL + is written %2B. */
  number: e164Schema.optional(),
});

export const contactSchema = z.object({
  id: z.string(),
  number: z.string(),
  name: z.string().nullable(),
  timezone: z.string().nullable(),
  variables: z.record(z.string(), z.unknown()),
  line: z.int().nullable(),
  state: z.enum(contactStates),
  attempts: z.int(),
  outcome: z.string().nullable(),
  /** Why it was skipped or has failed. */
  code: z.string().nullable(),
  last_call_id: z.string().nullable(),
  /** When it is called next at the earliest, while it waits. */
  due_at: momentSchema.nullable(),
  created_at: momentSchema,
  updated_at: momentSchema,
});

export type ContactImport = z.infer<typeof contactImportSchema>;
export type ContactResource = z.infer<typeof contactSchema>;
