import rateLimit from '@fastify/rate-limit';
import fastify, { type FastifyInstance } from 'fastify';
import { afterEach, describe, expect, it } from 'vitest';
import { operatorKeyHolder, type Principal, playground } from '../account/principal.ts';
import { sendProblem } from './problem.ts';
import { limitRequests } from './rate-limit.ts';

const ofClient = (clientId: string, id: string): Principal => ({
  kind: 'api-key',
  id,
  role: 'client',
  clientId,
  limitedTo: null,
});

let app: FastifyInstance | undefined;
afterEach(() => app?.close());

/** An application whose askers are who they say they are, with 10 requests and 2 changes a minute. */
function serve(isSandbox: boolean) {
  let principal: Principal | null = null;
  app = fastify();
  app.decorateRequest('principal', null);
  app.setErrorHandler((error: Error, request, reply) => sendProblem(error, request, reply));
  app.register(rateLimit, { global: false, enableDraftSpec: true });
  app.register(async (limited) => {
    limited.addHook('onRequest', async (request) => {
      request.principal = principal;
    });
    limitRequests(limited, { requestsPerMinute: 10, isSandbox });
    limited.get('/', async () => ({}));
    limited.post('/', async ({ body }) => ({ body }));
  });
  const ask = async (who: Principal | null, method: 'GET' | 'POST' = 'GET', remoteAddress = '192.0.2.1') => {
    principal = who;
    const payload = method === 'POST' ? { payload: { some: 'body' } } : {};
    return (app as FastifyInstance).inject({ method, url: '/', remoteAddress, ...payload });
  };
  /** How many requests in a row are taken. */
  const taken = async (...request: Parameters<typeof ask>) => {
    for (let count = 0; count < 2000; count += 1) if ((await ask(...request)).statusCode === 429) return count;
    return 'all';
  };
  return { ask, taken };
}

describe('an asker', () => {
  it('is told what is left, and when there is nothing left how long to wait', async () => {
    const { ask } = serve(false);
    const first = await ask(ofClient('client_a', 'key_1'), 'POST');
    expect(first.headers).toMatchObject({
      'ratelimit-limit': '2',
      'ratelimit-remaining': '1',
      'ratelimit-reset': '60',
    });
    expect(first.json()).toEqual({ body: { some: 'body' } });
    await ask(ofClient('client_a', 'key_1'), 'POST');
    const refused = await ask(ofClient('client_a', 'key_1'), 'POST');
    expect(refused.statusCode).toBe(429);
    expect(refused.headers).toMatchObject({
      'ratelimit-remaining': '0',
      'retry-after': expect.stringMatching(/^\d+$/),
    });
    expect(refused.json()).toMatchObject({
      code: 'request/rate-limited',
      detail: 'You may make 2 such requests a minute.',
    });
  });

  it('shares with all keys of the same client, and with no other client', async () => {
    const { ask, taken } = serve(false);
    expect(await taken(ofClient('client_a', 'key_1'))).toBe(10);
    expect((await ask(ofClient('client_a', 'key_2'))).statusCode).toBe(429);
    expect(await taken(ofClient('client_b', 'key_3'))).toBe(10);
  });

  it('may still read when it has changed all it may', async () => {
    const { ask, taken } = serve(false);
    expect(await taken(ofClient('client_a', 'key_1'), 'POST')).toBe(2);
    expect((await ask(ofClient('client_a', 'key_1'))).statusCode).toBe(200);
  });

  it('of whom nothing is known shares with its address, and with its network where that is IPv6', async () => {
    const { ask, taken } = serve(false);
    expect(await taken(null)).toBe(10);
    expect(await taken(playground)).toBe(0);
    expect((await ask(null, 'GET', '192.0.2.2')).statusCode).toBe(200);
    expect(await taken(null, 'GET', '2001:db8::1')).toBe(10);
    expect((await ask(null, 'GET', '2001:db8::2')).statusCode).toBe(429);
    expect((await ask(null, 'GET', '2001:db8:0:1::1')).statusCode).toBe(200);
  });

  it('who works for the operator may do a hundred times as much', async () => {
    const { taken } = serve(false);
    expect(await taken(operatorKeyHolder)).toBe(1000);
    expect(await taken(operatorKeyHolder, 'POST')).toBe(200);
  });

  it('in a sandbox counts as the operator', async () => {
    const { taken } = serve(true);
    expect(await taken(playground)).toBe(1000);
  });
});
