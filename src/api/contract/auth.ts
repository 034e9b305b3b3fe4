/** The shapes of logging in, shared with the dashboard. */
import { z } from 'zod';
import { textSchema } from './text.ts';
import { emailSchema, passwordSchema, roles } from './users.ts';

/** What is typed at a login may be anything; what is right is found out with the same work for all. */
export const loginSchema = z.strictObject({
  email: z.string().min(1).max(1000),
  password: z.string().min(1).max(1000),
});

export const refreshSchema = z.strictObject({ refresh_token: z.string().min(1).max(300) });

export const logoutQuerySchema = z.strictObject({ everywhere: z.enum(['true', 'false']).default('false') });

export const setupSchema = z.strictObject({
  code: z.string().min(1).max(100),
  email: emailSchema,
  password: passwordSchema,
  name: textSchema(200).default('Administrator'),
});

export const changePasswordSchema = z.strictObject({
  current_password: z.string().min(1).max(1000),
  new_password: passwordSchema,
});

export const setupNeedSchema = z.object({
  /** Whether there is no administrator yet. */
  is_needed: z.boolean(),
});

const loginUserSchema = z.object({
  id: z.string(),
  email: z.string(),
  name: z.string(),
  role: z.enum(roles),
  client_id: z.string().nullable(),
});

export const loginAnswerSchema = z.object({
  /** For `Authorization: Bearer`. */
  token: z.string(),
  token_type: z.literal('Bearer'),
  /** Seconds. */
  expires_in: z.int(),
  /** Good once: the answer to `POST /auth/refresh` brings the next one. */
  refresh_token: z.string(),
  user: loginUserSchema,
});

export const whoAmISchema = z.object({
  kind: z.enum(['operator-key', 'user', 'api-key', 'playground']),
  id: z.string(),
  role: z.enum(roles),
  client_id: z.string().nullable(),
  permissions: z.array(z.string()),
  /** Null for whoever is no user. */
  user: loginUserSchema.nullable(),
});

export type LoginAnswer = z.infer<typeof loginAnswerSchema>;
export type LoginUser = z.infer<typeof loginUserSchema>;
export type WhoAmI = z.infer<typeof whoAmISchema>;
