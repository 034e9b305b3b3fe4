import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../base/clock.ts';
import { readConfig } from '../config/read-config.ts';
import { findHealth, type HealthParts } from './find-health.ts';

const account = {
  TWILIO_ACCOUNT_SID: `AC${'1'.repeat(32)}`,
  TWILIO_AUTH_TOKEN: '2'.repeat(32),
  TWILIO_PHONE_NUMBER: '+12125550100',
  PUBLIC_URL: 'https://calls.example.org',
};
const clock = createFakeClock();

async function look(
  environment: Record<string, string>,
  changes: Partial<HealthParts> & { answer?: () => Response } = {},
) {
  const config = readConfig({ DATA_DIR: tmpdir(), ...environment });
  const { answer = () => new Response('ok', { headers: { date: new Date(clock.now()).toUTCString() } }), ...rest } =
    changes;
  const findings = await findHealth({
    ...{ config, clock, publicUrl: 'https://calls.example.org', store: { isReachable: async () => true } },
    overrides: { fetch: async () => answer() },
    network: {
      simulator: config.twilio ? null : ({} as never),
      carrier: { findCalls: async () => [], findNumberWebhook: async () => 'us' } as never,
    },
    answeredNumbers: async () => ['+12125550100'],
    ...rest,
  });
  return Object.fromEntries(findings.map(({ about, state, detail, mend }) => [about, { state, detail, mend }]));
}

describe('what a server finds when it looks at itself', () => {
  it('is good where all is set, and asks nobody outside where no phone is real', async () => {
    const real = await look({ ...account, OPENAI_API_KEY: 'key', DEEPGRAM_API_KEY: 'key' });
    expect(Object.values(real).map(({ state }) => state)).toEqual(Array(9).fill('good'));
    const simulated = await look({}, { answer: () => expect.unreachable() });
    expect(simulated.Carrier?.state).toBe('good');
    expect(simulated['Language model']).toMatchObject({
      state: 'warning',
      mend: expect.stringContaining('OPENAI_API_KEY'),
    });
  });

  it.each<[string, Parameters<typeof look>[1], { about: string; mend: string }]>([
    [
      'an account that refuses',
      { network: { simulator: null, carrier: { findCalls: () => Promise.reject(new Error('401')) } as never } },
      { about: 'Carrier', mend: 'TWILIO_AUTH_TOKEN' },
    ],
    [
      'numbers that lead elsewhere',
      {
        network: {
          simulator: null,
          carrier: { findCalls: async () => [], findNumberWebhook: async () => 'another' } as never,
        },
      },
      { about: 'Webhooks of numbers', mend: 'Set webhooks' },
    ],
    [
      'numbers of another account',
      {
        network: {
          simulator: null,
          carrier: { findCalls: async () => [], findNumberWebhook: async () => 'not-ours' } as never,
        },
      },
      { about: 'Webhooks of numbers', mend: 'Remove them' },
    ],
    [
      'an address that leads nowhere',
      { answer: () => new Response('', { status: 502 }) },
      { about: 'Public address', mend: 'PUBLIC_URL' },
    ],
    [
      'an address of this machine',
      { publicUrl: 'http://localhost:3000' },
      { about: 'Public address', mend: 'PUBLIC_URL' },
    ],
    [
      'a clock that is wrong',
      { answer: () => new Response('', { headers: { date: new Date(clock.now() + 90_000).toUTCString() } }) },
      { about: 'Clock', mend: 'NTP' },
    ],
    [
      'a database that is gone',
      { store: { isReachable: async () => false } },
      { about: 'Database', mend: 'DATABASE_URL' },
    ],
  ])('names %s, and what to do', async (_what, changes, { about, mend }) => {
    expect((await look(account, changes))[about]).toMatchObject({ state: 'bad', mend: expect.stringContaining(mend) });
  });

  it('keeps secrets to itself', async () => {
    expect(JSON.stringify(await look({ ...account, OPENAI_API_KEY: 'sk-secret' }))).not.toMatch(/sk-secret|2{32}/);
  });
});
