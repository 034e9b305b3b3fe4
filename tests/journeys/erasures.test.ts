/** A person is forgotten by `/v1`: once asked, once done, and by each client for itself. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ErasureResource } from '../../src/api/contract/erasures.ts';
import { ask, logIn } from '../setup/account-client.ts';
import { type RunningServer, startServer } from '../setup/running-server.ts';

let server: RunningServer;
let [operator, one, oneId] = ['', '', ''];
beforeAll(async () => {
  server = await startServer();
  operator = server.callwright.operatorKey;
  const pair = { email: 'one@example.org', password: 'a password of some length' };
  const { body } = await ask(`${server.url}/v1/clients`, 'POST', { token: operator, body: { name: 'one', ...pair } });
  [oneId, one] = [String(body.id), (await logIn(server.url, pair)).token];
});
afterAll(() => server.stop());

const send = <T = ErasureResource>(method: string, path: string, token = operator) =>
  ask<T>(`${server.url}${path}`, method, { token });

it('takes a wish once, shows what became of it, and writes down who asked', async () => {
  const first = await send('DELETE', '/v1/people/+12125550199');
  expect(first).toMatchObject({ status: 202, body: { number: '+12125550199', client_id: null } });
  expect(first.headers.get('location')).toBe(`/v1/erasures/${first.body.id}`);
  const shown = await send('GET', `/v1/erasures/${first.body.id}`);
  expect(shown.body).toMatchObject({ id: first.body.id, asked_at: first.body.asked_at });
  const log = await send<{ data: object[] }>('GET', `/v1/audit-log?subject_id=${first.body.id}`);
  expect(log.body.data[0]).toMatchObject({ action: 'person.erasure_asked' });
  expect((await send('DELETE', '/v1/people/somebody')).status).toBe(400);
});

it('is done for the client that asks, which sees its own wishes alone', async () => {
  const own = await send('DELETE', '/v1/people/+12125550198', one);
  expect(own).toMatchObject({ status: 202, body: { client_id: oneId } });
  const everyones = await send('DELETE', '/v1/people/+12125550198');
  expect(everyones.body.id).not.toBe(own.body.id);
  expect((await send('GET', `/v1/erasures/${everyones.body.id}`, one)).status).toBe(404);
  const list = await send<{ data: ErasureResource[] }>('GET', '/v1/erasures', one);
  expect(list.body.data.map(({ id }) => id)).toEqual([own.body.id]);
  const foreign = await send('DELETE', '/v1/people/+12125550198?client_id=client_other', one);
  expect(foreign.status).toBe(404);
});
