import type { FastifyRequest } from 'fastify';
import { describe, expect, it } from 'vitest';
import { operatorKeyHolder } from '../account/principal.ts';
import { type Access, principalOf } from './authorize.ts';

const operatorKey = `cw_operator_${'k'.repeat(43)}`;
const accessWith = (isPlayground: boolean): Access => ({
  identify: async (credential) => (credential === operatorKey ? operatorKeyHolder : null),
  isPlayground: async () => isPlayground,
});
const playground = accessWith(true);
const inPublic = accessWith(false);
const isAllowed = async (...given: Parameters<typeof principalOf>) => (await principalOf(...given)) !== null;

const requestWith = (headers: Record<string, string>) => ({ headers }) as unknown as FastifyRequest;
const here = { host: 'localhost:3000' };

describe('the operator’s key', () => {
  it.each([[playground], [inPublic]])('opens everything from anywhere', async (access) => {
    const headers = { host: 'calls.example.org', authorization: `Bearer ${operatorKey}` };
    expect(await isAllowed(access, requestWith(headers))).toBe(true);
  });

  it('may be named bearer in any case', async () => {
    expect(await isAllowed(inPublic, requestWith({ authorization: `bearer ${operatorKey}` }))).toBe(true);
  });

  it.each([
    [''],
    ['Bearer '],
    [`Bearer ${operatorKey.slice(0, -1)}`],
    [`Bearer ${operatorKey}x`],
    [`Bearer ${operatorKey.toUpperCase()}`],
    [`Bearer  ${operatorKey}`],
    [`Basic ${operatorKey}`],
    [`Bearer ${'ä'.repeat(operatorKey.length)}`],
  ])('is refused when wrong (%j), even where none is needed', async (authorization) => {
    expect(await isAllowed(playground, requestWith({ ...here, authorization }))).toBe(false);
    expect(await isAllowed(inPublic, requestWith({ authorization }), true)).toBe(false);
  });
});

describe('without a key', () => {
  it.each([['localhost'], ['localhost:3000'], ['127.0.0.1:3000'], ['[::1]:3000']])(
    'a playground is open as %s',
    async (host) => {
      expect(await isAllowed(playground, requestWith({ host }))).toBe(true);
      expect(await isAllowed(playground, requestWith({ host, origin: `http://${host}` }))).toBe(true);
    },
  );

  it.each([
    ['example.org'],
    ['localhost.example.org'],
    ['example.org:3000'],
    ['127.0.0.1.example.org'],
    ['localhost:3000@example.org'],
    ['localhost\nx'],
    ['[::1]evil'],
    ['0.0.0.0:3000'],
  ])('a playground is closed to the name %j, which a browser can be made to use', async (host) => {
    expect(await isAllowed(playground, requestWith({ host }))).toBe(false);
  });

  it.each([
    ['https://example.org'],
    ['null'],
    ['http://localhost.example.org'],
    ['http://localhost@example.org'],
    [''],
  ])('a playground is closed to pages of %j', async (origin) => {
    expect(await isAllowed(playground, requestWith({ ...here, origin }))).toBe(false);
  });

  it('a server with real phones or a public address is closed', async () => {
    expect(await isAllowed(inPublic, requestWith(here))).toBe(false);
  });

  it('a form that the operator opened is open to everyone', async () => {
    expect(await isAllowed(inPublic, requestWith({ host: 'calls.example.org' }), true)).toBe(true);
  });
});
