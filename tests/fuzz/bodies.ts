/** The bodies of every request form and of /v1: their schemas, fed with JSON that is bent a little or badly. */
import type { z } from 'zod';
import { createApiKeySchema } from '../../src/api/contract/api-keys.ts';
import { createAssistantSchema, previewSchema, updateAssistantSchema } from '../../src/api/contract/assistants.ts';
import { changePasswordSchema, loginSchema, refreshSchema, setupSchema } from '../../src/api/contract/auth.ts';
import { listCallsQuerySchema } from '../../src/api/contract/calls.ts';
import { createClientSchema, updateClientSchema } from '../../src/api/contract/clients.ts';
import { createCallSchema, sayToCallSchema } from '../../src/api/contract/create-call.ts';
import { addDoNotCallSchema, importedRowSchema } from '../../src/api/contract/do-not-call.ts';
import { createPhoneNumberSchema, updatePhoneNumberSchema } from '../../src/api/contract/phone-numbers.ts';
import { statsQuerySchema } from '../../src/api/contract/stats.ts';
import { createUserSchema, updateUserSchema } from '../../src/api/contract/users.ts';
import { parseBody } from '../../src/api/dialects/call-customer.ts';
import { parseInitiateBody } from '../../src/api/dialects/calls-initiate-body.ts';
import { e164 } from '../../src/api/dialects/dialect.ts';
import { parseOrProblem } from '../../src/api/problem.ts';
import type { FuzzTarget } from './fuzz-target.ts';
import { bend } from './json-shapes.ts';

/** Half of the time bent as a value, half of the time as text. */
function fromJson(input: string, seed: number): unknown {
  try {
    const value: unknown = JSON.parse(input);
    return bend(value, seed);
  } catch {
    return input;
  }
}

/** What is only ever hashed, or looked at again before it is stored, may hold anything. */
const withoutSecrets = (name: string, value: unknown) =>
  /password|token|^(code|email|cursor)$/.test(name) ? null : value;

const withSchema = (name: string, schema: z.ZodType, bodies: readonly unknown[]): FuzzTarget => ({
  name: `body-${name}`,
  weight: 1,
  // Whole ones as well, which the mutation leaves readable more often than not.
  corpus: bodies.map((body) => JSON.stringify(body)),
  feed(input, seed) {
    const body = seed % 2 === 0 ? bend(bodies[seed % bodies.length], seed) : fromJson(input, seed);
    const parsed = parseOrProblem(schema, body);
    if (JSON.stringify(parsed, withoutSecrets)?.includes('\\u0000')) throw new Error('a value holds U+0000');
    if (({} as Record<string, unknown>).admin !== undefined) throw new Error('every object was changed');
  },
});

const profile = { name: 'Sarah', plan: 'gold', visits: 3 };
const to = '+15558675310';
const initiate = {
  assistant_id: 1,
  to_phone_number: to,
  welcome_message: 'Hello {{name}}',
  agenda: null,
  variables: { name: 'Sarah', visits: 3 },
};
const assistant = {
  name: 'Reception',
  prompt: 'You are friendly.',
  welcome_message: 'Hello {{name}}',
  engine: 'cascade',
  fallback_engines: ['relay'],
  language: 'en-US',
  tools: ['hang_up'],
  voicemail: { action: 'hang_up' },
  limits: { ring_seconds: 30 },
  analysis_schema: { type: 'object' },
};

export const bodyTargets: readonly FuzzTarget[] = [
  {
    name: 'body-call-customer',
    weight: 3,
    corpus: [JSON.stringify({ to, verification: 98_765 })],
    feed(input, seed) {
      const parsed = parseBody(seed % 2 === 0 ? bend({ to, verification: 98_765 }, seed) : fromJson(input, seed));
      if (parsed.ok && !(e164.test(parsed.wanted.to) && Number.isFinite(parsed.wanted.verification))) {
        throw new Error('a body was taken that is none');
      }
    },
  },
  {
    name: 'body-calls-initiate',
    weight: 3,
    corpus: [JSON.stringify(initiate)],
    feed(input, seed) {
      const parsed = parseInitiateBody(seed % 2 === 0 ? bend(initiate, seed) : fromJson(input, seed));
      if ('body' in parsed && !Number.isInteger(parsed.body.assistantId))
        throw new Error('a body was taken that is none');
    },
  },
  {
    name: 'phone-number',
    weight: 4,
    corpus: [to, '+442071838750', '+1', '+0123', '0015551234567', 'tel:+15551234567;ext=1', '+٣٤٥'],
    feed(input) {
      if (e164.test(input) && !/^\+[1-9][0-9]{1,14}$/.test(input)) throw new Error('not E.164');
    },
  },
  withSchema('create-call', createCallSchema, [
    {
      to,
      assistant_id: 7,
      variables: { name: 'Sarah', order: { id: 1 } },
      welcome_message: 'Hello {{name}}',
      agenda: null,
      metadata: { a: [1] },
      max_duration_seconds: 60,
    },
  ]),
  withSchema('list-calls', listCallsQuerySchema, [
    {
      limit: '20',
      cursor: 'WzFd',
      status: 'completed',
      direction: 'outbound',
      to,
      verification: '1.5',
      created_after: '2026-01-01T00:00:00Z',
    },
  ]),
  withSchema('say', sayToCallSchema, [{ text: 'Please hold the line.' }]),
  withSchema('client', createClientSchema, [
    {
      name: 'Acme',
      email: 'a@b.example',
      password: 'correct horse battery',
      status: 'Active',
      twilio_phone_number: to,
      profile,
      limits: { calls_per_day: 5 },
    },
  ]),
  withSchema('client-change', updateClientSchema, [{ name: 'Acme', status: 'Suspended', profile, limits: {} }]),
  withSchema('user', createUserSchema, [
    { email: 'a@b.example', name: 'Ann', password: 'correct horse battery', role: 'viewer' },
  ]),
  withSchema('user-change', updateUserSchema, [{ name: 'Ann', role: 'viewer', is_active: false }]),
  withSchema('api-key', createApiKeySchema, [
    { name: 'CI', role: 'viewer', scopes: ['calls:read'], expires_at: '2027-01-01T00:00:00Z' },
  ]),
  withSchema('login', loginSchema, [{ email: 'a@b.example', password: 'correct horse battery' }]),
  withSchema('refresh', refreshSchema, [{ refresh_token: 'x'.repeat(43) }]),
  withSchema('setup', setupSchema, [
    { code: 'ABCD-EFGH', email: 'a@b.example', password: 'correct horse battery', name: 'Ann' },
  ]),
  withSchema('password', changePasswordSchema, [
    { current_password: 'correct horse battery', new_password: 'battery staple horse' },
  ]),
  withSchema('assistant', createAssistantSchema, [{ ...assistant, id: 7, client_id: 'client_1' }]),
  withSchema('assistant-change', updateAssistantSchema, [assistant]),
  withSchema('preview', previewSchema, [
    { variables: { name: 'Sarah' }, welcome_message: 'Hello {{name}}', agenda: null },
  ]),
  withSchema('number', createPhoneNumberSchema, [{ number: to, assistant_id: 7, client_id: null }]),
  withSchema('number-change', updatePhoneNumberSchema, [{ assistant_id: null, client_id: 'client_1' }]),
  withSchema('stats', statsQuerySchema, [{ created_after: '2026-01-01T00:00:00Z', assistant_id: '7' }]),
  withSchema('do-not-call', addDoNotCallSchema, [{ number: to, reason: 'asked us', client_id: 'client_1' }]),
  withSchema('do-not-call-row', importedRowSchema, [{ number: to, reason: 'asked us' }, to]),
];
