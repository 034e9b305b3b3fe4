/** Accounts over real HTTP: the first administrator, logins, roles and keys, and what each may and may not do. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { admin, adminPassword, ask, logIn } from '../setup/account-client.ts';
import { type RunningServer, startServer } from '../setup/running-server.ts';

const kidOf = (token: string) => JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()).kid;

describe('a real server', () => {
  const project = fileURLToPath(new URL('../..', import.meta.url));
  const program = join(project, 'bin/callwright.mjs');
  let folder = '';
  let child: ChildProcess | null = null;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'callwright-accounts-'));
  });
  afterEach(() => {
    child?.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });

  const environment = (settings: Record<string, string>) => ({
    PATH: process.env.PATH,
    HOME: folder,
    PORT: '0',
    DATA_DIR: join(folder, 'data'),
    ...settings,
  });

  /** Its address, and all that it printed until it was ready. */
  async function start(settings: Record<string, string> = {}): Promise<{ url: string; printed: () => string }> {
    let out = '';
    const started = spawn(process.execPath, [program, 'start'], { cwd: folder, env: environment(settings) });
    child = started;
    started.stdout.on('data', (chunk) => (out += chunk));
    while (!/"url":"([^"]+)".*\n/.test(out)) await once(started.stdout, 'data');
    const [, url = ''] = /"url":"([^"]+)"/.exec(out) ?? [];
    return { url, printed: () => out };
  }

  /** The code, from the line that a person reads. */
  async function codeOf({ printed }: { printed: () => string }): Promise<string> {
    const line =
      /^There is no administrator yet\. Within 24 hours, open http:\/\/localhost:\d+ or POST http:\/\/localhost:\d+\/auth\/setup to make the first one with the set-up code (\S+)$/m;
    while (!line.test(printed()) && child?.stdout) await once(child.stdout, 'data');
    return line.exec(printed())?.[1] ?? '';
  }

  async function stop(): Promise<void> {
    child?.kill('SIGTERM');
    if (child) await once(child, 'close');
  }

  it('prints a code at first start, which makes the first administrator and closes the playground', async () => {
    const { url, printed } = await start();
    expect((await ask(`${url}/v1/calls`, 'GET')).status).toBe(200);
    const code = await codeOf({ printed });
    const body = { code, email: admin.email, password: adminPassword };
    const made = await ask(`${url}/auth/setup`, 'POST', { body });
    expect([made.status, made.body]).toMatchObject([201, { token_type: 'Bearer', user: { role: 'admin' } }]);
    expect((await ask(`${url}/v1/calls`, 'GET')).status).toBe(401);
    expect((await ask(`${url}/v1/users`, 'GET', { token: String(made.body.token) })).status).toBe(200);
    await stop();
    const again = await start();
    expect(again.printed()).not.toContain('set-up code');
    expect((await ask(`${again.url}/v1/users`, 'GET', { token: String(made.body.token) })).status).toBe(200);
    await stop();
  });

  it('makes another code at the next start while nobody used the first', async () => {
    const first = await codeOf(await start());
    await stop();
    const second = await start();
    expect(await codeOf(second)).not.toBe(first);
    const body = { code: first, ...admin };
    expect((await ask(`${second.url}/auth/setup`, 'POST', { body })).status).toBe(403);
    await stop();
  });

  it('takes its first administrator from the settings, and prints no code', async () => {
    const { url, printed } = await start({ ADMIN_EMAIL: 'Admin@Example.org', ADMIN_PASSWORD: adminPassword });
    expect(printed()).not.toContain('set-up code');
    expect(printed()).not.toContain(adminPassword);
    expect((await logIn(url)).user).toMatchObject({ email: 'admin@example.org', role: 'admin' });
    const secrets = join(folder, 'data', 'secrets');
    expect(readdirSync(secrets).sort()).toEqual(['jwt-keys.json', 'operator-key', 'session-secret']);
    for (const name of readdirSync(secrets)) expect(statSync(join(secrets, name)).mode & 0o777).toBe(0o600);
    await stop();
  });

  it('signs with a new key a moment after one was made beside it, and still takes what the old one signed', async () => {
    const settings = { ADMIN_EMAIL: admin.email, ADMIN_PASSWORD: adminPassword };
    const { url } = await start(settings);
    const before = await logIn(url);
    const rotate = (...options: string[]) =>
      promisify(execFile)(process.execPath, [program, 'rotate-signing-key', ...options], {
        cwd: folder,
        env: environment(settings),
      });
    const { stdout } = await rotate();
    const [, kid = ''] = /^The key (\S+) signs from now on\./.exec(stdout) ?? [];
    let token = before.token;
    while (kidOf(token) !== kid) token = (await logIn(url)).token;
    expect((await ask(`${url}/auth/me`, 'GET', { token: before.token })).status).toBe(200);
    await rotate('--drop-old');
    let status = 200;
    while (status === 200) status = (await ask(`${url}/auth/me`, 'GET', { token })).status;
    expect(status).toBe(401);
    const renewed = await ask(`${url}/auth/refresh`, 'POST', { body: { refresh_token: before.refresh_token } });
    expect(renewed.status).toBe(200);
    await stop();
  });

  it.each([
    [{ ADMIN_EMAIL: 'a@example.org' }, /^ADMIN_PASSWORD is missing: [^\n]*\n$/],
    [{ ADMIN_PASSWORD: adminPassword }, /^ADMIN_EMAIL is missing: [^\n]*\n$/],
    [{ ADMIN_EMAIL: 'a@example.org', ADMIN_PASSWORD: 'too-short' }, /^ADMIN_PASSWORD must have 12 characters[^\n]*\n$/],
    [{ ADMIN_EMAIL: 'nobody', ADMIN_PASSWORD: adminPassword }, /^ADMIN_EMAIL must be an email address[^\n]*\n$/],
  ])('does not start with %j', async (settings, line) => {
    const env = environment(settings);
    const started = promisify(execFile)(process.execPath, [program, 'start'], { cwd: folder, env });
    await expect(started).rejects.toMatchObject({ code: 1, stderr: expect.stringMatching(line) });
  });
});

let server: RunningServer;
let adminToken = '';
beforeAll(async () => {
  server = await startServer({ config: { admin } });
  adminToken = (await logIn(server.url)).token;
});
afterAll(() => server.stop());

const get = (path: string, token: string) => ask(`${server.url}${path}`, 'GET', { token });
const send = (method: string, path: string, options: Parameters<typeof ask>[2] = {}) =>
  ask(`${server.url}${path}`, method, { token: adminToken, ...options });

let users = 0;
async function makeUser(role: string, changes: object = {}): Promise<{ id: string; email: string; token: string }> {
  users += 1;
  const email = `${role}-${users}@example.org`;
  const body = { email, name: role, password: adminPassword, role, ...changes };
  const { status, body: user } = await send('POST', '/v1/users', { body });
  expect([status, user]).toMatchObject([201, { email, role }]);
  const { token } = await logIn(server.url, { email, password: adminPassword });
  return { id: String(user.id), email, token };
}

describe('a login', () => {
  it('answers with a token, a refresh token and the user', async () => {
    const { status, body, headers } = await ask(`${server.url}/auth/login`, 'POST', { body: admin });
    expect([status, body]).toEqual([
      200,
      {
        token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]{43}$/),
        token_type: 'Bearer',
        expires_in: 900,
        refresh_token: expect.stringMatching(/^session_\w+\.[\w-]{43}$/),
        user: {
          id: expect.stringMatching(/^user_/),
          email: admin.email,
          name: 'Administrator',
          role: 'admin',
          client_id: null,
        },
      },
    ]);
    expect(headers.get('cache-control')).toBe('no-store');
  });

  it.each([
    ['no password', { email: admin.email }],
    ['a number for one', { email: admin.email, password: 5 }],
    ['a field too many', { ...admin, otp: '1' }],
    ['a list', []],
    ['nothing', null],
  ])('with %s is answered 400 in the shape of the form', async (_name, body) => {
    const answer = await ask(`${server.url}/auth/login`, 'POST', { body });
    expect([answer.status, answer.body]).toEqual([
      400,
      { error: expect.any(String), requestId: answer.headers.get('x-request-id') },
    ]);
  });

  it('is refused a body of more than 10 kB before it is read', async () => {
    const body = { email: admin.email, password: 'x'.repeat(11_000) };
    expect((await ask(`${server.url}/auth/login`, 'POST', { body })).status).toBe(413);
  });

  it('is renewed by its refresh token, and over with it when that is used twice', async () => {
    const { refresh_token } = await logIn(server.url);
    const refresh = (token: unknown) => ask(`${server.url}/auth/refresh`, 'POST', { body: { refresh_token: token } });
    const renewed = await refresh(refresh_token);
    expect([renewed.status, renewed.body]).toMatchObject([200, { token_type: 'Bearer', user: { email: admin.email } }]);
    const again = await refresh(refresh_token);
    expect([again.status, again.body]).toEqual([
      401,
      { error: 'This login is over. Log in again.', requestId: expect.any(String) },
    ]);
    expect((await get('/auth/me', String(renewed.body.token))).status).toBe(401);
    expect((await refresh(renewed.body.refresh_token)).status).toBe(401);
  });

  it('ends by a logout, and its token with it at once', async () => {
    const { token, refresh_token } = await logIn(server.url);
    expect((await send('POST', '/auth/logout', { token })).status).toBe(204);
    expect((await get('/auth/me', token)).status).toBe(401);
    expect((await get('/v1/calls', token)).status).toBe(401);
    expect((await ask(`${server.url}/auth/refresh`, 'POST', { body: { refresh_token } })).status).toBe(401);
  });

  it('ends with all others by a logout everywhere', async () => {
    const user = await makeUser('viewer');
    const { token } = await logIn(server.url, { email: user.email, password: adminPassword });
    expect((await send('POST', '/auth/logout?everywhere=true', { token: user.token })).status).toBe(204);
    for (const old of [token, user.token]) expect((await get('/auth/me', old)).status).toBe(401);
  });

  it('shows who one is and what one may', async () => {
    const user = await makeUser('viewer');
    const { body } = await get('/auth/me', user.token);
    expect(body).toMatchObject({ kind: 'user', id: user.id, role: 'viewer', user: { email: user.email } });
    expect(body.permissions).toContain('calls:read');
    expect(body.permissions).not.toContain('calls:write');
  });

  it('gets a new password with the old one, and no other way for oneself', async () => {
    const user = await makeUser('admin');
    const change = { current_password: adminPassword, new_password: 'another good one' };
    const byPatch = await send('PATCH', `/v1/users/${user.id}`, {
      token: user.token,
      body: { password: 'x'.repeat(12) },
    });
    expect(byPatch.status).toBe(403);
    expect((await send('POST', '/auth/password', { token: user.token, body: change })).status).toBe(204);
    expect((await get('/auth/me', user.token)).status).toBe(200);
    expect((await logIn(server.url, { email: user.email, password: 'another good one' })).user.id).toBe(user.id);
    expect((await send('POST', '/auth/password', { token: user.token, body: change })).status).toBe(401);
  });
});

describe('a role', () => {
  it.each([
    ['operator', { read: 200, list: 200, make: 403, keys: 201, audit: 403 }],
    ['viewer', { read: 200, list: 403, make: 403, keys: 403, audit: 403 }],
  ])('of %s opens what it should and nothing else', async (role, expected) => {
    const { token } = await makeUser(role);
    const body = { email: `x-${role}@example.org`, name: 'x', password: adminPassword, role: 'viewer' };
    expect({
      read: (await get('/v1/calls', token)).status,
      list: (await get('/v1/users', token)).status,
      make: (await send('POST', '/v1/users', { token, body })).status,
      keys: (await send('POST', '/v1/api-keys', { token, body: { name: 'k' } })).status,
      audit: (await get('/v1/audit-log', token)).status,
    }).toEqual(expected);
  });

  it('takes hold at once when it is changed', async () => {
    const user = await makeUser('operator');
    await send('PATCH', `/v1/users/${user.id}`, { body: { role: 'viewer' } });
    expect((await get('/v1/calls', user.token)).status).toBe(401);
    const { token } = await logIn(server.url, { email: user.email, password: adminPassword });
    expect((await get('/v1/users', token)).status).toBe(403);
  });

  it('cannot be had by sending fields that are not the sender’s', async () => {
    const { id } = await makeUser('viewer');
    for (const extra of [
      { password_hash: 'x' },
      { token_version: 9 },
      { client_id: 'x' },
      { id: 'user_x' },
      { email: 'x@example.org' },
    ]) {
      expect((await send('PATCH', `/v1/users/${id}`, { body: extra })).status).toBe(400);
    }
  });

  it('of the last administrator stays', async () => {
    const me = await get('/auth/me', adminToken);
    const token = server.callwright.operatorKey;
    for (const user of (await get('/v1/users?role=admin&limit=100', token)).body.data as { id: string }[]) {
      if (user.id !== me.body.id) expect((await send('DELETE', `/v1/users/${user.id}`, { token })).status).toBe(204);
    }
    const last = await send('DELETE', `/v1/users/${me.body.id}`, { token });
    expect([last.status, last.body]).toMatchObject([409, { code: 'account/last-administrator' }]);
    expect((await send('PATCH', `/v1/users/${me.body.id}`, { token, body: { role: 'viewer' } })).status).toBe(409);
    expect((await get('/auth/me', adminToken)).status).toBe(200);
  });
});

describe('an API key', () => {
  it('opens what it names until it is revoked, and is shown once', async () => {
    const body = { name: 'for the shop', scopes: ['calls:read'] };
    const headers = { 'idempotency-key': 'key-once' };
    const made = await send('POST', '/v1/api-keys', { body, headers });
    expect([made.status, made.body]).toMatchObject([201, { name: 'for the shop', scopes: ['calls:read'] }]);
    const key = String(made.body.key);
    expect(key).toMatch(/^cw_live_[0-9a-z]{12}_[\w-]{43}$/);
    const repeated = await send('POST', '/v1/api-keys', { body, headers });
    expect(repeated.body).toEqual({ ...made.body, key: null });
    expect((await get('/v1/calls', key)).status).toBe(200);
    for (const path of ['/v1/users', '/v1/api-keys', '/v1/audit-log']) {
      const refused = await get(path, key);
      expect([refused.status, refused.body]).toMatchObject([403, { code: 'request/forbidden' }]);
    }
    const shown = await get(`/v1/api-keys/${made.body.id}`, adminToken);
    expect(shown.body).toMatchObject({ prefix: key.slice(0, 20), last_used_at: expect.any(String) });
    expect(JSON.stringify(shown.body)).not.toContain(key.slice(-43));
    expect((await send('DELETE', `/v1/api-keys/${made.body.id}`)).status).toBe(204);
    expect((await get('/v1/calls', key)).status).toBe(401);
    expect((await send('DELETE', `/v1/api-keys/${made.body.id}`)).status).toBe(404);
  });

  it('makes no key and no user that may do more than itself', async () => {
    const scopes = ['api-keys:write', 'users:write', 'calls:read'];
    const { body } = await send('POST', '/v1/api-keys', { body: { name: 'k', scopes } });
    const token = String(body.key);
    const raised = await send('POST', '/v1/api-keys', { token, body: { name: 'k', scopes: ['calls:write'] } });
    expect([raised.status, raised.body]).toMatchObject([403, { code: 'account/beyond-your-own' }]);
    const user = { email: 'raised@example.org', name: 'x', password: adminPassword, role: 'admin' };
    expect((await send('POST', '/v1/users', { token, body: user })).status).toBe(403);
  });

  it('logs nobody in or out', async () => {
    const { body } = await send('POST', '/v1/api-keys', { body: { name: 'k' } });
    const token = String(body.key);
    expect((await send('POST', '/auth/logout', { token })).status).toBe(400);
    expect((await get('/auth/me', token)).body).toMatchObject({ kind: 'api-key', user: null });
  });
});

it('keeps who did what, newest first, a page at a time', async () => {
  const { id } = await makeUser('viewer');
  await send('PATCH', `/v1/users/${id}`, { body: { name: 'Vera' } });
  await send('DELETE', `/v1/users/${id}`);
  const first = await get(`/v1/audit-log?subject_id=${id}&limit=2`, adminToken);
  const actions = (body: Record<string, unknown>) => (body.data as { action: string }[]).map(({ action }) => action);
  expect(actions(first.body)).toEqual(['user.removed', 'user.updated']);
  const second = await get(`/v1/audit-log?subject_id=${id}&limit=2&cursor=${first.body.next_cursor}`, adminToken);
  expect([actions(second.body), second.body.has_more]).toEqual([['user.created'], false]);
  expect((first.body.data as object[])[0]).toMatchObject({
    actor: { kind: 'user' },
    subject: { kind: 'user', id },
    request_id: expect.stringMatching(/^req_/),
  });
});

it('lists users newest first, a page at a time', async () => {
  const made = [await makeUser('viewer'), await makeUser('viewer'), await makeUser('viewer')].map(({ id }) => id);
  const seen: string[] = [];
  let cursor = '';
  do {
    const { body } = await get(`/v1/users?limit=2${cursor}`, adminToken);
    seen.push(...(body.data as { id: string }[]).map(({ id }) => id));
    cursor = body.next_cursor === null ? '' : `&cursor=${body.next_cursor}`;
  } while (cursor !== '');
  expect(seen.slice(0, 3)).toEqual(made.toReversed());
  expect(new Set(seen).size).toBe(seen.length);
  expect(seen).toEqual(seen.toSorted().reverse());
});

it('takes the documented request forms without a key where no phone is real, accounts or not', async () => {
  server.person('+15558675310', 'does not answer');
  const answer = await server.post('/api/outbound-call', { to: '+15558675310' });
  expect(answer.status).toBe(200);
  const fromElsewhere = await server.post(
    '/api/outbound-call',
    { to: '+15558675310' },
    { origin: 'https://example.org' },
  );
  expect(fromElsewhere.status).toBe(401);
  expect((await ask(`${server.url}/v1/calls`, 'GET')).status).toBe(401);
});

it('counts failed logins by the address that its own proxy names, and believes no other', async () => {
  const trusting = await startServer({ config: { admin, trustProxy: true } });
  const fail = (target: RunningServer, from: string, n: number) =>
    ask(`${target.url}/auth/login`, 'POST', {
      body: { email: `nobody-${from}-${n}@example.org`, password: 'wrong' },
      headers: { 'x-forwarded-for': from },
    });
  for (let n = 0; n < 20; n += 1) expect((await fail(trusting, '203.0.113.1', n)).status).toBe(401);
  const tooMany = await fail(trusting, '203.0.113.1', 20);
  expect([tooMany.status, Number(tooMany.headers.get('retry-after'))]).toEqual([429, expect.any(Number)]);
  expect((await fail(trusting, '198.51.100.9, 203.0.113.1', 21)).status).toBe(429);
  expect((await fail(trusting, '203.0.113.2', 22)).status).toBe(401);
  await trusting.stop();
  const doubting = await startServer({ config: { admin } });
  for (let n = 0; n < 20; n += 1) expect((await fail(doubting, `203.0.113.${n}`, n)).status).toBe(401);
  expect((await fail(doubting, '203.0.113.200', 20)).status).toBe(429);
  await doubting.stop();
});
