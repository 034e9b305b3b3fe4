/** Nobody gets in by a token that this server did not give, and a login tells nobody which accounts there are. */
import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { admin, adminPassword, ask, logIn } from '../setup/account-client.ts';
import { type RunningServer, startServer } from '../setup/running-server.ts';

let server: RunningServer;
let genuine = '';
let header: Record<string, unknown>;
let claims: Record<string, unknown>;
let secret: Buffer;

beforeAll(async () => {
  server = await startServer({ config: { admin, trustProxy: true } });
  genuine = (await logIn(server.url)).token;
  const [head = '', payload = ''] = genuine.split('.');
  header = decode(head);
  claims = decode(payload);
  const file = join(server.dataDir, 'secrets', 'jwt-keys.json');
  secret = Buffer.from(JSON.parse(readFileSync(file, 'utf8'))[0].secret, 'base64url');
});
afterAll(() => server.stop());

const decode = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>;
const encode = (value: unknown) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
const hmac = (text: string, key: Buffer | string = secret, hash = 'sha256') =>
  createHmac(hash, key).update(text).digest('base64url');

/** Signed with the server's own secret: what is wrong is inside. */
function signed(changes: { header?: unknown; claims?: unknown }): string {
  const text = `${encode(changes.header ?? header)}.${encode(changes.claims ?? claims)}`;
  return `${text}.${hmac(text)}`;
}
const withHeader = (changes: object) => signed({ header: { ...header, ...changes } });
const withClaims = (changes: object) => signed({ claims: { ...claims, ...changes } });
const withoutClaim = (name: string) => {
  const { [name]: _left, ...rest } = claims;
  return signed({ claims: rest });
};
/** Its parts changed, its signature kept. */
const edited = (changes: { header?: object; claims?: object }) =>
  `${encode({ ...header, ...changes.header })}.${encode({ ...claims, ...changes.claims })}.${genuine.split('.')[2]}`;
const unsigned = (changes: object) => `${encode({ ...header, ...changes })}.${encode(claims)}.`;
const signedBy = (key: Buffer | string, changes: object = {}) => {
  const text = `${encode({ ...header, ...changes })}.${encode(claims)}`;
  return `${text}.${hmac(text, key)}`;
};
const part = (index: number) => genuine.split('.')[index] ?? '';
const nowSeconds = () => Math.floor(Date.now() / 1000);

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const publicPem = rsa.publicKey.export({ type: 'spki', format: 'pem' }).toString();
const signedByKeyPair = (alg: string, changes: object = {}) => {
  const text = `${encode({ ...header, alg, ...changes })}.${encode(claims)}`;
  const key = alg.startsWith('ES') ? { key: ec.privateKey, dsaEncoding: 'ieee-p1363' as const } : rsa.privateKey;
  return `${text}.${sign('sha256', Buffer.from(text), key).toString('base64url')}`;
};

/** Other letters for the same bytes: the last letter of 32 bytes carries two bits that mean nothing. */
function respelt(): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const last = alphabet.indexOf(genuine.at(-1) ?? '');
  return `${genuine.slice(0, -1)}${alphabet[last ^ 1]}`;
}

const forgeries: [string, () => string][] = [
  ['alg none', () => unsigned({ alg: 'none' })],
  ['alg None', () => unsigned({ alg: 'None' })],
  ['alg NONE', () => unsigned({ alg: 'NONE' })],
  ['alg nOnE', () => unsigned({ alg: 'nOnE' })],
  ['alg none with the genuine signature', () => edited({ header: { alg: 'none' } })],
  ['alg none, signed', () => withHeader({ alg: 'none' })],
  ['no alg', () => withHeader({ alg: undefined })],
  ['an empty alg', () => withHeader({ alg: '' })],
  ['alg as a list', () => withHeader({ alg: ['HS256'] })],
  ['alg null', () => withHeader({ alg: null })],
  ['alg hs256', () => withHeader({ alg: 'hs256' })],
  ['alg HS384 over a 256-bit signature', () => withHeader({ alg: 'HS384' })],
  [
    'HS384 with the right secret',
    () => {
      const text = `${encode({ ...header, alg: 'HS384' })}.${encode(claims)}`;
      return `${text}.${hmac(text, secret, 'sha384')}`;
    },
  ],
  [
    'HS512 with the right secret',
    () => {
      const text = `${encode({ ...header, alg: 'HS512' })}.${encode(claims)}`;
      return `${text}.${hmac(text, secret, 'sha512')}`;
    },
  ],
  ['RS256 by a key of one’s own', () => signedByKeyPair('RS256')],
  [
    'RS256 with that key in the header',
    () => signedByKeyPair('RS256', { jwk: rsa.publicKey.export({ format: 'jwk' }) }),
  ],
  ['ES256 by a key of one’s own', () => signedByKeyPair('ES256')],
  ['HS256 with a public key as the secret', () => signedBy(publicPem)],
  ['HS256 with a public key as the secret and in the header', () => signedBy(publicPem, { x5c: [publicPem] })],
  ['PBES2 in the header', () => withHeader({ alg: 'PBES2-HS256+A128KW', p2c: 1_000_000_000, p2s: 'x' })],
  ['no kid', () => withHeader({ kid: undefined })],
  ['an empty kid', () => withHeader({ kid: '' })],
  ['an unknown kid', () => withHeader({ kid: 'key-0000000000000000' })],
  ['a kid that is a path', () => withHeader({ kid: '../../../../dev/null' })],
  ['a kid that is a path, with an empty secret', () => signedBy('', { kid: '/dev/null' })],
  ['a kid that asks the database', () => withHeader({ kid: "x' union select 'secret" })],
  ['a kid of the prototype', () => withHeader({ kid: '__proto__' })],
  ['a kid that is a method', () => withHeader({ kid: 'constructor' })],
  ['a kid that is an index', () => withHeader({ kid: 0 })],
  ['a kid that is a list', () => withHeader({ kid: [header.kid] })],
  ['a kid with a null byte', () => withHeader({ kid: `${header.kid}\0` })],
  ['a kid with a space', () => withHeader({ kid: `${header.kid} ` })],
  ['a kid in upper case', () => withHeader({ kid: String(header.kid).toUpperCase() })],
  ['a jku elsewhere', () => signedBy('another secret', { jku: 'https://example.org/keys.json' })],
  ['an x5u elsewhere', () => signedBy('another secret', { x5u: 'https://example.org/cert.pem' })],
  ['a symmetric key in the header', () => signedBy('own', { jwk: { kty: 'oct', k: encode('own') } })],
  ['crit with an unknown name', () => withHeader({ crit: ['exp2'], exp2: 1 })],
  ['crit with b64', () => withHeader({ crit: ['b64'], b64: false })],
  ['an empty crit', () => withHeader({ crit: [] })],
  ['zip', () => signedBy('x', { zip: 'DEF' })],
  ['another secret', () => signedBy('your-secret-key-change-this')],
  ['an empty secret', () => signedBy('')],
  ['the secret as it stands in the file', () => signedBy(secret.toString('base64url'))],
  ['the operator’s key as the secret', () => signedBy(server.callwright.operatorKey)],
  ['another audience', () => withClaims({ aud: 'another' })],
  ['several audiences, ours among them', () => withClaims({ aud: ['callwright-api', 'another'] })],
  ['no audience', () => withoutClaim('aud')],
  ['another issuer', () => withClaims({ iss: 'https://example.org' })],
  ['no issuer', () => withoutClaim('iss')],
  ['another type', () => withClaims({ typ: 'refresh' })],
  ['no type', () => withoutClaim('typ')],
  ['expired a second ago', () => withClaims({ iat: nowSeconds() - 100, exp: nowSeconds() - 1 })],
  ['expired long ago', () => withClaims({ iat: 1, exp: 2 })],
  ['no expiry', () => withoutClaim('exp')],
  ['an expiry that is text', () => withClaims({ exp: String(nowSeconds() + 600) })],
  ['an expiry that is no number', () => withClaims({ exp: null })],
  ['issued longer ago than a token lives', () => withClaims({ iat: nowSeconds() - 3600, exp: nowSeconds() + 3600 })],
  ['issued tomorrow', () => withClaims({ iat: nowSeconds() + 86_400, exp: nowSeconds() + 87_000 })],
  ['no time of issue', () => withoutClaim('iat')],
  ['good only from tomorrow', () => withClaims({ nbf: nowSeconds() + 86_400 })],
  ['a claim too many', () => withClaims({ admin: true })],
  ['another user', () => withClaims({ sub: 'user_01kad3v7x2m4q8r5t9w1y3z6bc' })],
  ['no user', () => withoutClaim('sub')],
  ['a user with a null byte', () => withClaims({ sub: `${claims.sub}\0` })],
  ['a session with a null byte', () => withClaims({ sid: '\0' })],
  ['a session that is no character', () => withClaims({ sid: '\ud800' })],
  ['another session', () => withClaims({ sid: 'session_01kad3v7x2m4q8r5t9w1y3z6bc' })],
  ['no session', () => withoutClaim('sid')],
  ['another client', () => withClaims({ cid: 'client_1' })],
  ['another role', () => withClaims({ role: 'operator' })],
  ['an older version', () => withClaims({ ver: 0 })],
  ['a version yet to come', () => withClaims({ ver: 2 })],
  ['a version that is text', () => withClaims({ ver: '1' })],
  ['an edited role', () => edited({ claims: { role: 'client' } })],
  ['an edited expiry', () => edited({ claims: { exp: nowSeconds() + 9e6 } })],
  ['an edited user', () => edited({ claims: { sub: 'user_2' } })],
  [
    'claims twice, of which the last is edited',
    () => `${part(0)}.${encode(`${JSON.stringify(claims).slice(0, -1)},"role":"client"}`)}.${part(2)}`,
  ],
  ['claims twice, signed', () => signed({ claims: `${JSON.stringify(claims).slice(0, -1)},"sub":"user_2"}` })],
  ['claims that are a list', () => signed({ claims: [claims] })],
  ['claims that are text', () => signed({ claims: '"admin"' })],
  ['claims that are null', () => signed({ claims: 'null' })],
  ['claims that are no JSON', () => signed({ claims: '{"sub":' })],
  ['claims with a prototype', () => signed({ claims: `{"__proto__":${JSON.stringify(claims)}}` })],
  ['a header that is no JSON', () => signed({ header: 'x' })],
  ['a header that is null', () => signed({ header: 'null' })],
  ['no signature', () => `${part(0)}.${part(1)}.`],
  ['no signature and no dot', () => `${part(0)}.${part(1)}`],
  ['a signature cut by one letter', () => genuine.slice(0, -1)],
  ['a signature cut to half', () => genuine.slice(0, -22)],
  ['a signature with a letter more', () => `${genuine}A`],
  ['a signature spelt otherwise', respelt],
  ['a signature of zeros', () => `${part(0)}.${part(1)}.${'A'.repeat(43)}`],
  ['padding', () => `${genuine}=`],
  ['a part too many', () => `${genuine}.${part(2)}`],
  ['five parts', () => `${part(0)}.${part(1)}.${part(2)}.x.y`],
  ['parts in another order', () => `${part(1)}.${part(0)}.${part(2)}`],
  ['no header', () => `.${part(1)}.${part(2)}`],
  ['no claims', () => `${part(0)}..${part(2)}`],
  ['dots alone', () => '..'],
  ['one dot', () => '.'],
  ['4,000 letters', () => 'A'.repeat(4000)],
  ['4,000 dots', () => '.'.repeat(4000)],
  ['8,000 letters', () => `${part(0)}.${'A'.repeat(8000)}.${part(2)}`],
  ['a refresh token', () => `session_1.${'x'.repeat(43)}`],
  ['a token with a blank inside', () => `${part(0)}.${part(1)}. ${part(2)}`],
  ['two tokens', () => `${genuine} ${genuine}`],
  ['quotes around it', () => `"${genuine}"`],
  ['nothing', () => ''],
];

it('has a genuine token to forge', async () => {
  expect((await ask(`${server.url}/auth/me`, 'GET', { token: genuine })).status).toBe(200);
  expect((await ask(`${server.url}/auth/me`, 'GET', { token: signed({}) })).status).toBe(200);
  expect(new Set(forgeries.map(([, forge]) => forge())).size).toBe(forgeries.length);
  expect(forgeries.map(([, forge]) => forge())).not.toContain(genuine);
});

it.each(forgeries)('lets nobody in with %s', async (_name, forge) => {
  const token = forge();
  for (const path of ['/auth/me', '/v1/users', '/v1/calls']) {
    const { status, headers } = await ask(`${server.url}${path}`, 'GET', { token });
    expect([path, status, headers.get('www-authenticate')]).toEqual([path, 401, 'Bearer']);
  }
  const { status } = await ask(`${server.url}/api/outbound-call`, 'POST', { token, body: { to: '+15558675310' } });
  expect(status).toBe(401);
});

it('answers a header that cannot be read, and goes on', async () => {
  const send = (headers: Record<string, string | string[]>) =>
    new Promise<number>((resolve, reject) => {
      const asked = request(`${server.url}/auth/me`, { headers }, (response) => resolve(response.statusCode ?? 0));
      asked.on('error', reject);
      asked.end();
    });
  expect(await send({ authorization: `Bearer ${'A'.repeat(20_000)}` })).toBe(431);
  expect(await send({ authorization: `Basic ${genuine}` })).toBe(401);
  expect(await send({ authorization: 'Bearer' })).toBe(401);
  expect(await send({ authorization: genuine })).toBe(401);
  expect(await send({ authorization: `Bearer ${genuine}` })).toBe(200);
});

describe('a login', () => {
  const known: string[] = [];
  beforeAll(async () => {
    const { token } = await logIn(server.url);
    for (let n = 0; n < 6; n += 1) {
      const body = { email: `known-${n}@example.org`, name: 'x', password: adminPassword, role: 'viewer' };
      known.push(body.email);
      expect((await ask(`${server.url}/v1/users`, 'POST', { token, body })).status).toBe(201);
    }
  });
  let addresses = 0;
  const tryOnce = async (email: string) => {
    addresses += 1;
    const from = `10.0.${Math.floor(addresses / 200)}.${addresses % 200}`;
    const startedAt = performance.now();
    const { status, body, headers } = await ask<{ requestId?: string }>(`${server.url}/auth/login`, 'POST', {
      body: { email, password: 'not the password' },
      headers: { 'x-forwarded-for': from },
    });
    const ms = performance.now() - startedAt;
    const { requestId, ...rest } = body;
    const shown = Object.fromEntries(headers);
    expect(shown['x-request-id']).toBe(requestId);
    delete shown['x-request-id'];
    delete shown.date;
    return { ms, answer: { status, body: rest, headers: shown } };
  };

  it('answers the same for an account and for none, also when there were too many', async () => {
    const [account = '', none] = [known[0], 'unknown@example.org'];
    for (let tries = 0; tries < 7; tries += 1) {
      const [one, other] = [(await tryOnce(account)).answer, (await tryOnce(none)).answer];
      // The seconds to wait may differ by one between two requests.
      for (const answer of [one, other]) {
        if (answer.headers['retry-after'])
          answer.headers['retry-after'] = String(Math.round(Number(answer.headers['retry-after']) / 30));
      }
      expect(one).toEqual(other);
      expect(one.status).toBe(tries < 5 ? 401 : 429);
      expect(one.body).toEqual({
        error: tries < 5 ? 'Invalid email or password' : 'Too many failed logins. Try again later.',
      });
    }
  });

  it('does the same work for an account and for none', async () => {
    const times: { account: number[]; none: number[] } = { account: [], none: [] };
    for (let tries = 0; tries < 20; tries += 1) {
      times.account.push((await tryOnce(known[1 + (tries % 5)] ?? '')).ms);
      times.none.push((await tryOnce(`unknown-${tries}@example.org`)).ms);
    }
    const median = (values: number[]) => values.toSorted((a, b) => a - b)[values.length / 2] ?? 0;
    const ratio = median(times.account) / median(times.none);
    // Without a hash for nobody, an account takes several times as long.
    expect(ratio).toBeGreaterThan(0.6);
    expect(ratio).toBeLessThan(1.6);
  });
});
