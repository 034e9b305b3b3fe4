/** The shapes of API keys in `/v1`, shared with the dashboard. */
import { z } from 'zod';
import { momentSchema, pageQuery, searchMomentSchema, textSchema } from './text.ts';
import { roles } from './users.ts';

/** What a key can be limited to. */
export const permissionNames = [
  'calls:read',
  'calls:write',
  'campaigns:read',
  'campaigns:write',
  'recordings:read',
  'assistants:read',
  'assistants:write',
  'phone-numbers:read',
  'phone-numbers:write',
  'clients:read',
  'clients:write',
  'users:read',
  'users:write',
  'api-keys:read',
  'api-keys:write',
  'do-not-call:read',
  'do-not-call:write',
  'webhooks:read',
  'webhooks:write',
  'stats:read',
  'audit-log:read',
  'consents:read',
  'consents:write',
  'prices:read',
  'prices:write',
  'health:read',
] as const;

export const createApiKeySchema = z.strictObject({
  name: textSchema(200),
  /** By default the asker's own, and `client` for a key of a client. */
  role: z.enum(roles).optional(),
  /** By default all that the role includes and the asker may. */
  scopes: z.array(z.enum(permissionNames)).min(1).max(permissionNames.length).optional(),
  client_id: textSchema(100).optional(),
  expires_at: searchMomentSchema.optional(),
});

export const apiKeySchema = z.object({
  id: z.string(),
  client_id: z.string().nullable(),
  name: z.string(),
  /** The beginning of the key, to tell keys apart by. */
  prefix: z.string(),
  role: z.enum(roles),
  /** Null: all that the role includes. */
  scopes: z.array(z.enum(permissionNames)).nullable(),
  created_by: z.string().nullable(),
  created_at: momentSchema,
  /** To the minute. */
  last_used_at: momentSchema.nullable(),
  expires_at: momentSchema.nullable(),
  revoked_at: momentSchema.nullable(),
});

/** The key itself is in the first answer only; null when the request is repeated with its Idempotency-Key. */
export const newApiKeySchema = apiKeySchema.extend({ key: z.string().nullable() });

export const listApiKeysQuerySchema = z.strictObject(pageQuery);

export type ApiKeyResource = z.infer<typeof apiKeySchema>;
