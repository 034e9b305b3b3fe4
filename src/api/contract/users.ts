/** The shapes of users in `/v1`, shared with the dashboard. */
import { z } from 'zod';
import { momentSchema, pageQuery, textSchema } from './text.ts';

export const roles = ['admin', 'operator', 'viewer', 'client'] as const;

export const emailSchema = z
  .email()
  .max(254)
  .transform((email) => email.toLowerCase());

export const passwordSchema = z.string().min(12).max(200);

export const createUserSchema = z.strictObject({
  email: emailSchema,
  name: textSchema(200),
  password: passwordSchema,
  role: z.enum(roles),
  /** For the role client, and only for it. */
  client_id: z.string().max(100).nullable().default(null),
});

export const updateUserSchema = z
  .strictObject({
    name: textSchema(200),
    role: z.enum(roles),
    is_active: z.boolean(),
    /** Of somebody else: one's own is changed by `POST /auth/password`. */
    password: passwordSchema,
  })
  .partial()
  .refine((changes) => Object.keys(changes).length > 0, 'names nothing to change');

export const userSchema = z.object({
  id: z.string(),
  client_id: z.string().nullable(),
  email: z.string(),
  name: z.string(),
  role: z.enum(roles),
  is_active: z.boolean(),
  created_at: momentSchema,
  updated_at: momentSchema,
});

export const listUsersQuerySchema = z.strictObject({
  ...pageQuery,
  role: z.enum(roles).optional(),
  client_id: textSchema(100).optional(),
});

export type UserResource = z.infer<typeof userSchema>;
