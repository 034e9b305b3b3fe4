/** Logging in, and what `/v1` can do with clients, users, keys and the audit log. */
import { apiKeySchema, createApiKeySchema, listApiKeysQuerySchema, newApiKeySchema } from '../contract/api-keys.ts';
import { auditEntrySchema, listAuditQuerySchema } from '../contract/audit-log.ts';
import {
  changePasswordSchema,
  loginAnswerSchema,
  loginSchema,
  logoutQuerySchema,
  refreshSchema,
  setupNeedSchema,
  setupSchema,
  whoAmISchema,
} from '../contract/auth.ts';
import { clientSchema, createClientSchema, listClientsQuerySchema, updateClientSchema } from '../contract/clients.ts';
import { pageOf, plainErrorSchema, problemSchema } from '../contract/text.ts';
import { createUserSchema, listUsersQuerySchema, updateUserSchema, userSchema } from '../contract/users.ts';
import type { Area } from './operation.ts';

const error = { schema: problemSchema, type: 'application/problem+json' };
const open = 'open' as const;

export const accountOperations: readonly Area[] = [
  {
    tag: 'Logging in',
    description: 'Access tokens are good for 15 minutes and are renewed with the refresh token.',
    error: { schema: plainErrorSchema, type: 'application/json' },
    operations: [
      {
        route: 'POST /auth/login',
        summary: 'Log in',
        access: open,
        body: loginSchema,
        answer: { status: 200, body: loginAnswerSchema },
        errors: { 401: 'The pair is wrong, whichever of the two it is.', 429: 'Too many failed logins.' },
      },
      {
        route: 'POST /auth/refresh',
        summary: 'Get the next access token; each refresh token is good once',
        access: open,
        body: refreshSchema,
        answer: { status: 200, body: loginAnswerSchema },
      },
      {
        route: 'GET /auth/setup',
        summary: 'Whether there is no administrator yet',
        access: open,
        answer: { status: 200, body: setupNeedSchema },
      },
      {
        route: 'POST /auth/setup',
        summary: 'Make the first administrator with the code that the first start printed',
        access: open,
        body: setupSchema,
        answer: { status: 201, body: loginAnswerSchema },
      },
      {
        route: 'POST /auth/logout',
        summary: 'Log out; access tokens of the login stop working at once',
        query: logoutQuerySchema,
        answer: { status: 204 },
      },
      {
        route: 'POST /auth/password',
        summary: 'Change your own password',
        body: changePasswordSchema,
        answer: { status: 204 },
      },
      {
        route: 'GET /auth/me',
        summary: 'See who you are and what you may do',
        answer: { status: 200, body: whoAmISchema },
      },
    ],
  },
  {
    tag: 'Clients',
    description: 'Tenants: each sees its own calls, assistants, numbers and lists only.',
    error,
    operations: [
      {
        route: 'POST /v1/clients',
        summary: 'Make a client and, with email and password, its first user',
        body: createClientSchema,
        answer: { status: 201, body: clientSchema },
        errors: { 409: 'The email address is taken.' },
      },
      {
        route: 'GET /v1/clients',
        summary: 'List clients, newest first',
        query: listClientsQuerySchema,
        answer: { status: 200, body: pageOf(clientSchema) },
      },
      { route: 'GET /v1/clients/:id', summary: 'Get a client', answer: { status: 200, body: clientSchema } },
      {
        route: 'PATCH /v1/clients/:id',
        summary: 'Change a client',
        body: updateClientSchema,
        answer: { status: 200, body: clientSchema },
      },
      {
        route: 'DELETE /v1/clients/:id',
        summary: 'Remove a client: its people and keys lose access, its calls stay',
        answer: { status: 204 },
      },
    ],
  },
  {
    tag: 'Users and keys',
    description: 'Who may do what.',
    error,
    operations: [
      {
        route: 'POST /v1/users',
        summary: 'Make a user',
        body: createUserSchema,
        answer: { status: 201, body: userSchema },
      },
      {
        route: 'GET /v1/users',
        summary: 'List users, newest first',
        query: listUsersQuerySchema,
        answer: { status: 200, body: pageOf(userSchema) },
      },
      { route: 'GET /v1/users/:id', summary: 'Get a user', answer: { status: 200, body: userSchema } },
      {
        route: 'PATCH /v1/users/:id',
        summary: 'Change a user',
        body: updateUserSchema,
        answer: { status: 200, body: userSchema },
      },
      { route: 'DELETE /v1/users/:id', summary: 'Remove a user', answer: { status: 204 } },
      {
        route: 'POST /v1/api-keys',
        summary: 'Make an API key; it is shown this once',
        body: createApiKeySchema,
        answer: { status: 201, body: newApiKeySchema },
      },
      {
        route: 'GET /v1/api-keys',
        summary: 'List API keys, newest first',
        query: listApiKeysQuerySchema,
        answer: { status: 200, body: pageOf(apiKeySchema) },
      },
      { route: 'GET /v1/api-keys/:id', summary: 'Get an API key', answer: { status: 200, body: apiKeySchema } },
      { route: 'DELETE /v1/api-keys/:id', summary: 'Revoke an API key', answer: { status: 204 } },
      {
        route: 'GET /v1/audit-log',
        summary: 'List who did what, newest first',
        query: listAuditQuerySchema,
        answer: { status: 200, body: pageOf(auditEntrySchema) },
      },
    ],
  },
];
