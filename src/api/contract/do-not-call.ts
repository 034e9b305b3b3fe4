/** The shapes of the do-not-call lists in `/v1`, shared with the dashboard. */
import { z } from 'zod';
import { e164Schema, momentSchema, pageQuery, textSchema } from './text.ts';

export const mostImportedRows = 100_000;

const reasonSchema = textSchema(500);
/** For the operator: whose list; everyone's when absent. A client's own people always mean their own. */
const clientId = z
  .string()
  .regex(/^\w{1,100}$/, 'must be the id of a client')
  .optional();

export const addDoNotCallSchema = z.strictObject({
  number: e164Schema,
  reason: reasonSchema.default('added'),
  client_id: clientId,
});

export const removeDoNotCallQuerySchema = z.strictObject({
  /** Why the number may be called again; kept in the audit log. */
  reason: reasonSchema,
  client_id: clientId,
});

export const listDoNotCallQuerySchema = z.strictObject({ ...pageQuery, client_id: clientId });

export const checkDoNotCallQuerySchema = z.strictObject({ number: e164Schema, client_id: clientId });

export const importDoNotCallQuerySchema = z.strictObject({ client_id: clientId });

/** Rows are looked at one by one, so that a bad one is reported and the rest is taken. */
export const importDoNotCallSchema = z.array(z.unknown()).max(mostImportedRows);

export const importedRowSchema = z.union([
  e164Schema.transform((number) => ({ number, reason: 'imported' })),
  z.strictObject({ number: e164Schema, reason: reasonSchema.default('imported') }),
]);

export const doNotCallSchema = z.object({
  number: z.string(),
  /** Null: the list for everyone's calls. */
  client_id: z.string().nullable(),
  reason: z.string(),
  /** The call in which the person said so. */
  call_id: z.string().nullable(),
  created_at: momentSchema,
});

export const doNotCallCheckSchema = z.object({
  number: z.string(),
  may_be_called: z.boolean(),
  entry: doNotCallSchema.nullable(),
});

export const doNotCallImportSchema = z.object({
  rows: z.int(),
  added: z.int(),
  already_listed: z.int(),
  rejected: z.int(),
  /** The first of those that were rejected, by their line or place in the list. */
  errors: z.array(z.object({ line: z.int(), message: z.string() })),
});

export type DoNotCallResource = z.infer<typeof doNotCallSchema>;
