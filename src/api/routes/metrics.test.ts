import { afterEach, describe, expect, it } from 'vitest';
import { operatorKeyHolder, type Principal } from '../../account/principal.ts';
import { createApi } from '../create-api.ts';
import { bareApiParts } from '../testing/bare-api-parts.ts';

const client: Principal = { kind: 'user', id: 'user_1', role: 'client', clientId: 'client_a', limitedTo: null };
const readsCalls: Principal = { ...operatorKeyHolder, kind: 'api-key', limitedTo: ['calls:read'] };
const scraper: Principal = { ...operatorKeyHolder, kind: 'api-key', limitedTo: ['stats:read'] };
const principals: Record<string, Principal> = { operator: operatorKeyHolder, client, readsCalls, scraper };

let close = async () => {};
afterEach(() => close());

async function ask(key: string | null, metricsText: (() => Promise<string>) | null = async () => 'live_calls 3\n') {
  const access = { identify: async (name: string) => principals[name] ?? null, isPlayground: async () => false };
  const app = createApi({ ...bareApiParts, access, metricsText });
  close = () => app.close();
  return app.inject({ url: '/metrics', headers: key === null ? {} : { authorization: `Bearer ${key}` } });
}

describe('the figures of the server', () => {
  it('are given to who runs it, as text for Prometheus', async () => {
    const answer = await ask('operator');
    expect(answer.body).toBe('live_calls 3\n');
    expect(answer.headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect((await ask('scraper')).statusCode).toBe(200);
  });

  it.each([
    [null, 401],
    ['nobody', 401],
    ['client', 403],
    ['readsCalls', 403],
  ])('are kept from whoever holds %s, even on this machine', async (key, status) => {
    const answer = await ask(key);
    expect(answer.statusCode).toBe(status);
    expect(answer.body).not.toContain('live_calls');
  });

  it('are not there where none are kept', async () => {
    expect((await ask('operator', null)).json()).toMatchObject({ status: 404, code: 'metrics/not-kept' });
  });
});
