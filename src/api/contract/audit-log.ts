/** The shapes of the audit log in `/v1`, shared with the dashboard. */
import { z } from 'zod';
import { momentSchema, pageQuery, textSchema } from './text.ts';

export const auditEntrySchema = z.object({
  position: z.int(),
  at: momentSchema,
  client_id: z.string().nullable(),
  actor: z.object({ kind: z.string(), id: z.string() }),
  /** For example `user.created`. */
  action: z.string(),
  subject: z.object({ kind: z.string(), id: z.string() }),
  request_id: z.string().nullable(),
  details: z.record(z.string(), z.unknown()),
});

export const listAuditQuerySchema = z.strictObject({
  ...pageQuery,
  action: textSchema(100).optional(),
  actor_id: textSchema(100).optional(),
  subject_kind: textSchema(100).optional(),
  subject_id: textSchema(100).optional(),
});

export type AuditEntryResource = z.infer<typeof auditEntrySchema>;
