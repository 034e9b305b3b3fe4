import { beforeAll, expect, it } from 'vitest';
import { describeOnBothDatabases } from '../../tests/setup/describe-on-both.ts';
import {
  findClient,
  forgetUserOfRemovedClient,
  insertClient,
  isNumberWithin,
  listClients,
  removeClient,
} from './clients.ts';
import type { Store } from './open-store.ts';
import { insertPhoneNumber } from './phone-numbers.ts';
import { everyone, onlyOf } from './reach.ts';
import { findUserToLogIn, insertUser } from './users.ts';

const at = new Date('2026-01-05T15:00:00Z');
const later = new Date('2026-01-06T15:00:00Z');

const client = (id: string, twilio_phone_number: string | null = null) => ({
  ...{ id, name: id, status: 'Active', twilio_phone_number, elevenlabs_agent_id: null },
  ...{ profile: '{}', limits: '{}', created_at: at, updated_at: at },
});
const user = (id: string, client_id: string) => ({
  ...{ id, client_id, email: `${id}@example.com`, name: id, password_hash: 'x', role: 'client' },
  ...{ is_active: true, token_version: 1, created_at: at, updated_at: at },
});

describeOnBothDatabases('clients', (openFresh) => {
  let store: Store;
  beforeAll(async () => {
    store = await openFresh();
    const { db } = store;
    for (const [id, number] of [
      ['client_1', '+12125550001'],
      ['client_2', '+12125550001'],
      ['client_3', null],
    ] as const) {
      await insertClient(db, client(id, number));
    }
    await insertUser(db, user('user_2', 'client_1'));
    await insertUser(db, user('user_1', 'client_1'));
    const phoneNumber = { number: '+12125550009', assistant_id: null, created_at: at, updated_at: at };
    await insertPhoneNumber(db, { id: 'number_1', client_id: 'client_2', ...phoneNumber });
  });

  it('are seen by everyone’s people and by their own, and by no other client', async () => {
    const { db } = store;
    expect(await findClient(db, everyone, 'client_1')).toMatchObject({ name: 'client_1', email: 'user_1@example.com' });
    expect(await findClient(db, onlyOf('client_1'), 'client_1')).toBeDefined();
    expect(await findClient(db, onlyOf('client_2'), 'client_1')).toBeUndefined();
    const seen = await listClients(db, { reach: onlyOf('client_2') }, { limit: 10, afterId: null });
    expect(seen.map(({ id }) => id)).toEqual(['client_2']);
  });

  it('come newest first, page after page', async () => {
    const ids = async (afterId: string | null) =>
      (await listClients(store.db, { reach: everyone }, { limit: 2, afterId })).map(({ id }) => id);
    expect(await ids(null)).toEqual(['client_3', 'client_2']);
    expect(await ids('client_2')).toEqual(['client_1']);
  });

  it('may call from their own number and from those that they were given', async () => {
    const { db } = store;
    const within = (id: string, number: string) => isNumberWithin(db, onlyOf(id), number);
    expect(await within('client_1', '+12125550001')).toBe(true);
    expect(await within('client_2', '+12125550009')).toBe(true);
    expect(await within('client_1', '+12125550009')).toBe(false);
    expect(await within('client_3', '+12125550001')).toBe(false);
    expect(await isNumberWithin(db, everyone, '+12125550009')).toBe(true);
    expect(await isNumberWithin(db, everyone, '+12125550010')).toBe(false);
  });

  it('that are removed are gone for all, and what let them in and reached them with them', async () => {
    const { db } = store;
    await removeClient(db, 'client_2', later);
    await insertUser(db, user('user_3', 'client_2'));
    expect(await findClient(db, everyone, 'client_2')).toBeUndefined();
    expect(await isNumberWithin(db, onlyOf('client_2'), '+12125550009')).toBe(false);
    expect(await findUserToLogIn(db, 'user_3@example.com')).toBeUndefined();
    await forgetUserOfRemovedClient(db, 'user_3@example.com');
    await forgetUserOfRemovedClient(db, 'user_1@example.com');
    await insertUser(db, { ...user('user_4', 'client_3'), email: 'user_3@example.com' });
    expect(await findUserToLogIn(db, 'user_1@example.com')).toBeDefined();
  });
});
