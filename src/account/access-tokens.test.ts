import { SignJWT } from 'jose';
import { beforeEach, expect, it } from 'vitest';
import { createFakeClock, type FakeClock } from '../base/clock.ts';
import { systemRandom } from '../base/random.ts';
import { type AccessTokens, accessTokenSeconds, createAccessTokens } from './access-tokens.ts';

let clock: FakeClock;
let known: { kid: string; secret: Uint8Array; createdAtMs: number }[];
let tokens: AccessTokens;
const addKey = (kid: string) => known.push({ kid, secret: systemRandom.bytes(32), createdAtMs: clock.now() });
beforeEach(() => {
  clock = createFakeClock();
  known = [];
  addKey('key-1');
  tokens = createAccessTokens({ clock, keys: { all: async () => known } });
});

const claims = { userId: 'user_1', clientId: 'client_1', role: 'client', sessionId: 'session_1', tokenVersion: 3 };

it('gives back what was signed, also for who belongs to no client', async () => {
  expect(await tokens.verify(await tokens.issue(claims))).toEqual(claims);
  const own = { ...claims, clientId: null };
  expect(await tokens.verify(await tokens.issue(own))).toEqual(own);
});

it('is good for 15 minutes and not a second longer', async () => {
  const token = await tokens.issue(claims);
  clock.advance(accessTokenSeconds * 1000 - 1000);
  expect(await tokens.verify(token)).toEqual(claims);
  clock.advance(1000);
  expect(await tokens.verify(token)).toBeNull();
});

it('signs with the newest key, and takes tokens of the one before until they are over', async () => {
  clock.advance(1000);
  const before = await tokens.issue(claims);
  clock.advance(1000);
  addKey('key-2');
  const after = await tokens.issue(claims);
  expect(JSON.parse(Buffer.from(after.split('.')[0] ?? '', 'base64url').toString())).toEqual({
    alg: 'HS256',
    typ: 'JWT',
    kid: 'key-2',
  });
  expect(await tokens.verify(before)).toEqual(claims);
  expect(await tokens.verify(after)).toEqual(claims);
});

it('takes nothing of a key that was replaced longer ago than a token lives, however it is dated', async () => {
  clock.advance(1000);
  addKey('key-2');
  clock.advance(accessTokenSeconds * 1000 + 61_000);
  const { secret } = known[0]!;
  const nowSeconds = clock.now() / 1000;
  const forged = await new SignJWT({ typ: 'access', cid: null, role: 'admin', sid: 'session_1', ver: 1 })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT', kid: 'key-1' })
    .setIssuer('callwright')
    .setAudience('callwright-api')
    .setSubject('user_1')
    .setIssuedAt(nowSeconds)
    .setExpirationTime(nowSeconds + 60)
    .sign(secret);
  expect(await tokens.verify(forged)).toBeNull();
});

it('takes nothing of a key that was dropped', async () => {
  const token = await tokens.issue(claims);
  known = [];
  addKey('key-2');
  expect(await tokens.verify(token)).toBeNull();
});

it('does not call a token bad when the keys cannot be had', async () => {
  const token = await tokens.issue(claims);
  const broken = createAccessTokens({ clock, keys: { all: () => Promise.reject(new Error('disk on fire')) } });
  await expect(broken.verify(token)).rejects.toThrow('disk on fire');
});
