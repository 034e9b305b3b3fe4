/** An assistant says after what its calls are tried again; a call that says so itself has its own way. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { CallResource } from '../../src/api/contract/calls.ts';
import { type RunningServer, startServer } from '../setup/running-server.ts';

const number = '+12125551900';
const retry = { max_attempts: 2, after_seconds: { busy: 600 } };
let server: RunningServer;
let assistantId: number;

beforeAll(async () => {
  server = await startServer();
  server.person(number, 'is busy');
  const assistant = { name: 'Shop', prompt: 'You sell shoes.', engine: 'relay', retry };
  const created = await server.post('/v1/assistants', assistant);
  const body = (await created.json()) as { id: number; retry: object };
  expect([created.status, body.retry]).toEqual([201, retry]);
  assistantId = body.id;
});
afterAll(() => server.stop());

async function placeBy(path: string, wanted: object): Promise<CallResource> {
  const response = await server.post(path, wanted);
  const body = (await response.json()) as { id?: string; call_sid?: string };
  expect([200, 201]).toContain(response.status);
  const call = await server.whenOver(body.id ?? body.call_sid ?? '');
  expect(call.status).toBe('busy');
  return call;
}

const nextOf = async ({ next_attempt_call_id: next }: CallResource) =>
  next === null ? null : server.get<CallResource>(`/v1/calls/${next}`);

it.each([
  ['/v1/calls', () => ({ to: number, assistant_id: assistantId })],
  ['/calls/initiate', () => ({ to_phone_number: number, assistant_id: assistantId })],
])('a call by %s that names no retry is tried again as its assistant says', async (path, toBody) => {
  const first = await placeBy(path, toBody());
  const next = await nextOf(first);
  expect(next).toMatchObject({ status: 'scheduled', attempt: 2, retry_of: first.id });
  expect(Date.parse(next?.due_at ?? '') - Date.parse(first.ended_at ?? '')).toBeGreaterThanOrEqual(600_000);
  expect((await server.post(`/v1/calls/${next?.id}/cancel`, {})).status).toBe(200);
});

it('a call that names its own retry, or none, has that', async () => {
  const wanted = { to: number, assistant_id: assistantId };
  expect(await nextOf(await placeBy('/v1/calls', { ...wanted, retry: null }))).toBeNull();
  const other = { max_attempts: 2, after_seconds: { no_answer: 600 } };
  expect(await nextOf(await placeBy('/v1/calls', { ...wanted, retry: other }))).toBeNull();
});

it('an assistant’s retry that makes no sense is refused with its field', async () => {
  const wrong = { name: 'Shop', prompt: 'You sell shoes.', retry: { max_attempts: 1, after_seconds: { talked: 5 } } };
  const response = await server.post('/v1/assistants', wrong);
  const { errors } = (await response.json()) as { errors: { field: string }[] };
  expect(response.status).toBe(400);
  expect(errors.map(({ field }) => field)).toEqual(['retry.max_attempts', 'retry.after_seconds']);
});
