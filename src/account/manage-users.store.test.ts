import { beforeAll, beforeEach, expect, it } from 'vitest';
import { describeOnBothDatabases } from '../../tests/setup/describe-on-both.ts';
import { everyone } from '../store/reach.ts';
import { findUser } from '../store/users.ts';
import { createApiKey, removeApiKey } from './manage-api-keys.ts';
import { changeOwnPassword, changeUser, createUser, removeUser } from './manage-users.ts';
import { operatorKeyHolder } from './principal.ts';
import {
  BeyondYourOwn,
  EmailTaken,
  LastAdministrator,
  NoSuchClient,
  OwnAccount,
  RoleAndClient,
  WrongPair,
} from './refusals.ts';
import { createSetup, ensureAdministrator } from './set-up.ts';
import { askAs, goodPassword, type House, openHouse, operator } from './testing/open-house.ts';

describeOnBothDatabases('users', (openFresh) => {
  let house: House;
  beforeAll(async () => {
    house = openHouse(await openFresh());
  });

  const wanted = (changes: object) => ({
    email: `new-${house.parts.newId('user')}@example.org`,
    name: 'New',
    password: goodPassword,
    role: 'viewer' as const,
    clientId: null,
    ...changes,
  });

  it('are made once for an address, in whatever case it is written', async () => {
    const user = await createUser(house.parts, operator, wanted({ email: 'Ann@Example.org' }));
    expect(user.email).toBe('ann@example.org');
    await expect(createUser(house.parts, operator, wanted({ email: 'ANN@example.org' }))).rejects.toThrow(EmailTaken);
  });

  it.each([
    [{ role: 'client' }, RoleAndClient],
    [{ role: 'viewer', clientId: 'client_x' }, RoleAndClient],
    [{ role: 'client', clientId: 'client_x' }, NoSuchClient],
  ])('are not made as %j', async (changes, refusal) => {
    await expect(createUser(house.parts, operator, wanted(changes))).rejects.toThrow(refusal);
  });

  it('cannot be made, raised, changed or removed by who may do less', async () => {
    const narrow = askAs({
      ...operatorKeyHolder,
      kind: 'api-key',
      id: 'key_1',
      limitedTo: ['users:write', 'users:read'],
    });
    const [admin, viewer] = [await house.makeUser('admin'), await house.makeUser('viewer')];
    await expect(createUser(house.parts, narrow, wanted({ role: 'admin' }))).rejects.toThrow(BeyondYourOwn);
    const raise = { id: viewer.id, changes: { role: 'admin' as const } };
    await expect(changeUser(house.parts, narrow, raise)).rejects.toThrow(BeyondYourOwn);
    const takeOver = { id: admin.id, changes: { password: 'another good one' } };
    await expect(changeUser(house.parts, narrow, takeOver)).rejects.toThrow(BeyondYourOwn);
    await expect(removeUser(house.parts, narrow, admin.id)).rejects.toThrow(BeyondYourOwn);
    expect(await findUser(house.parts.store.db, everyone, admin.id)).toEqual(admin);
  });

  it('can change neither their own role nor status, nor remove themselves', async () => {
    const admin = await house.makeUser('admin');
    const self = await house.askerOf(admin.email);
    for (const changes of [{ role: 'viewer' as const }, { isActive: false }, { password: 'another good one' }]) {
      await expect(changeUser(house.parts, self, { id: admin.id, changes })).rejects.toThrow(OwnAccount);
    }
    await expect(removeUser(house.parts, self, admin.id)).rejects.toThrow(OwnAccount);
    expect(await changeUser(house.parts, self, { id: admin.id, changes: { name: 'Me' } })).toMatchObject({
      name: 'Me',
    });
  });

  it.each([[{ role: 'operator' as const }], [{ isActive: false }], [{ password: 'another good one' }]])(
    'are logged out everywhere by %j',
    async (changes) => {
      const user = await house.makeUser('viewer');
      const { token } = await house.logIn(user.email);
      await changeUser(house.parts, operator, { id: user.id, changes });
      expect(await house.identify(token)).toBeNull();
    },
  );

  it('stay logged in when only the name changes', async () => {
    const user = await house.makeUser('viewer');
    const { token } = await house.logIn(user.email);
    await changeUser(house.parts, operator, { id: user.id, changes: { name: 'Anna' } });
    expect(await house.identify(token)).not.toBeNull();
  });

  it('are seen by their own client alone', async () => {
    const [mine, other] = [await house.makeClient(), await house.makeClient()];
    const user = await house.makeUser('client', mine);
    const stranger = askAs({ ...operatorKeyHolder, clientId: other });
    expect(await changeUser(house.parts, stranger, { id: user.id, changes: { name: 'x' } })).toBeNull();
    expect(await removeUser(house.parts, stranger, user.id)).toBe(false);
    const intruder = wanted({ role: 'client', clientId: mine });
    await expect(createUser(house.parts, stranger, intruder)).rejects.toThrow(NoSuchClient);
  });

  it('set their own password with the present one, and end every other login', async () => {
    const user = await house.makeUser('viewer');
    const elsewhere = await house.logIn(user.email);
    const self = await house.askerOf(user.email);
    const change = { user, present: goodPassword, wanted: 'another good one', address: '192.0.2.9' };
    await expect(changeOwnPassword(house.parts, self, { ...change, present: 'wrong' })).rejects.toThrow(WrongPair);
    await changeOwnPassword(house.parts, self, change);
    expect(await house.identify(elsewhere.token)).toBeNull();
    await expect(house.logIn(user.email)).rejects.toThrow(WrongPair);
    await house.logIn(user.email, 'another good one');
  });

  it('are told of in the audit log, without their passwords', async () => {
    const user = await house.makeUser('viewer');
    await changeUser(house.parts, operator, { id: user.id, changes: { name: 'B', password: 'another good one' } });
    await removeUser(house.parts, operator, user.id);
    const told = (await house.audit()).filter((line) => line.endsWith(user.id));
    expect(told).toEqual(['user.created', 'user.updated', 'user.removed'].map((action) => `${action} ${user.id}`));
    const rows = await house.parts.store.db.selectFrom('audit_log').selectAll().execute();
    expect(JSON.stringify(rows)).not.toMatch(/another good one|correct horse/);
  });
});

describeOnBothDatabases('API keys', (openFresh) => {
  let house: House;
  beforeAll(async () => {
    house = openHouse(await openFresh());
  });

  it('are good for what they name until they are revoked', async () => {
    const { row, whole } = await createApiKey(house.parts, operator, { name: 'k', permissions: ['calls:read'] });
    expect(await house.identify(whole)).toEqual({
      kind: 'api-key',
      id: row.id,
      role: 'admin',
      clientId: null,
      limitedTo: ['calls:read'],
    });
    expect(await removeApiKey(house.parts, operator, row.id)).toBe(true);
    expect(await house.identify(whole)).toBeNull();
    expect(await removeApiKey(house.parts, operator, row.id)).toBe(false);
  });

  it('are known by all of their letters', async () => {
    const { whole } = await createApiKey(house.parts, operator, { name: 'k' });
    const last = whole.endsWith('A') ? 'B' : 'A';
    expect(await house.identify(`${whole.slice(0, -1)}${last}`)).toBeNull();
  });

  it('expire to the millisecond', async () => {
    const expiresAt = new Date(house.clock.now() + 60_000);
    const { whole } = await createApiKey(house.parts, operator, { name: 'k', expiresAt });
    house.clock.advance(59_999);
    expect(await house.identify(whole)).not.toBeNull();
    house.clock.advance(1);
    expect(await house.identify(whole)).toBeNull();
  });

  it('note their last use once a minute', async () => {
    const { row, whole } = await createApiKey(house.parts, operator, { name: 'k' });
    const usedAt = async () => {
      const { store } = house.parts;
      const found = await store.db.selectFrom('api_keys').select('last_used_at').where('id', '=', row.id).execute();
      return found[0]?.last_used_at?.getTime();
    };
    const firstMs = house.clock.now();
    for (const advanceMs of [0, 59_999]) {
      house.clock.advance(advanceMs);
      await house.identify(whole);
      expect(await usedAt()).toBe(firstMs);
    }
    house.clock.advance(1);
    await house.identify(whole);
    expect(await usedAt()).toBe(firstMs + 60_000);
  });

  it('never hold more than their maker', async () => {
    const clientId = await house.makeClient();
    const client = askAs({ ...operatorKeyHolder, kind: 'user', role: 'client', clientId });
    const narrow = askAs({ ...operatorKeyHolder, kind: 'api-key', limitedTo: ['api-keys:write', 'calls:read'] });
    await expect(createApiKey(house.parts, client, { name: 'k', role: 'admin' })).rejects.toThrow(RoleAndClient);
    await expect(createApiKey(house.parts, client, { name: 'k', permissions: ['clients:read'] })).rejects.toThrow(
      BeyondYourOwn,
    );
    await expect(createApiKey(house.parts, narrow, { name: 'k', permissions: ['calls:write'] })).rejects.toThrow(
      BeyondYourOwn,
    );
    const viewerBeyond = { name: 'k', role: 'viewer' as const, permissions: ['calls:write' as const] };
    await expect(createApiKey(house.parts, operator, viewerBeyond)).rejects.toThrow(BeyondYourOwn);
    expect((await createApiKey(house.parts, narrow, { name: 'k' })).row.permissions).toEqual(
      narrow.principal.limitedTo,
    );
    const own = await createApiKey(house.parts, client, { name: 'k' });
    expect(await house.identify(own.whole)).toMatchObject({ role: 'client', clientId, limitedTo: null });
  });

  it('belong to one client: another can neither make nor revoke them', async () => {
    const [mine, other] = [await house.makeClient(), await house.makeClient()];
    const client = (clientId: string) => askAs({ ...operatorKeyHolder, kind: 'user', role: 'client', clientId });
    const { row, whole } = await createApiKey(house.parts, client(mine), { name: 'k' });
    expect(await removeApiKey(house.parts, client(other), row.id)).toBe(false);
    await expect(createApiKey(house.parts, client(other), { name: 'k', clientId: mine })).rejects.toThrow(NoSuchClient);
    expect(await house.identify(whole)).not.toBeNull();
  });

  it('are nowhere in the database', async () => {
    const { whole } = await createApiKey(house.parts, operator, { name: 'k' });
    const { db } = house.parts.store;
    const rows = [
      await db.selectFrom('api_keys').selectAll().execute(),
      await db.selectFrom('audit_log').selectAll().execute(),
    ];
    expect(JSON.stringify(rows)).not.toContain(whole.slice(-43));
  });
});

describeOnBothDatabases('the first administrator', (openFresh) => {
  let house: House;
  beforeEach(async () => {
    house = openHouse(await openFresh());
  });
  const request = { email: 'First@example.org', password: goodPassword, name: 'First', requestId: 'req_1' };

  it('is made by the printed code, once, however it is typed', async () => {
    const setup = createSetup(house.parts);
    const code = (await setup.openCode()) ?? '';
    expect(code).toMatch(/^[0-9a-z]{5}(-[0-9a-z]{5}){3}$/);
    const login = await setup.setUp({ ...request, code: ` ${code.toUpperCase().replaceAll('-', '')} ` });
    expect(await house.identify(login.token)).toMatchObject({ role: 'admin', clientId: null });
    await expect(setup.setUp({ ...request, code })).rejects.toMatchObject({ code: 'account/is-set-up' });
    expect(await createSetup(house.parts).openCode()).toBeNull();
  });

  it('is one, however many use the code at once', async () => {
    const setup = createSetup(house.parts);
    const code = (await setup.openCode()) ?? '';
    const tries = Array.from({ length: 5 }, (_none, n) =>
      setup.setUp({ ...request, email: `a${n}@example.org`, code }),
    );
    const results = await Promise.allSettled(tries);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('is one, however many servers on one database are set up at once', async () => {
    const setups = [createSetup(house.parts), createSetup(house.parts), createSetup(house.parts)];
    const codes = await Promise.all(setups.map((setup) => setup.openCode()));
    const tries = setups.map((setup, n) =>
      setup.setUp({ ...request, email: `a${n}@example.org`, code: codes[n] ?? '' }),
    );
    const results = await Promise.allSettled(tries);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('cannot be guessed: five wrong codes kill the right one', async () => {
    const setup = createSetup(house.parts);
    const code = (await setup.openCode()) ?? '';
    const wrong = { ...request, code: '00000-00000-00000-00000' };
    for (let tries = 0; tries < 5; tries += 1) {
      await expect(setup.setUp(wrong)).rejects.toMatchObject({ code: 'account/wrong-setup-code' });
    }
    await expect(setup.setUp({ ...request, code })).rejects.toMatchObject({ code: 'account/no-setup-code' });
  });

  it('is made within 24 hours', async () => {
    const setup = createSetup(house.parts);
    const code = (await setup.openCode()) ?? '';
    house.clock.advance(24 * 3_600_000);
    await expect(setup.setUp({ ...request, code })).rejects.toMatchObject({ code: 'account/no-setup-code' });
  });

  it('can be tried again when the address is taken', async () => {
    const taken = await house.makeUser('viewer');
    const setup = createSetup(house.parts);
    const code = (await setup.openCode()) ?? '';
    await expect(setup.setUp({ ...request, email: taken.email, code })).rejects.toThrow(EmailTaken);
    await setup.setUp({ ...request, code });
  });

  it('is made from the settings once, and not changed by them later', async () => {
    const settings = { email: 'boss@example.org', password: goodPassword };
    await ensureAdministrator(house.parts, settings);
    await ensureAdministrator(house.parts, { ...settings, password: 'something else here' });
    await ensureAdministrator(house.parts, { email: 'second@example.org', password: goodPassword });
    await house.logIn('boss@example.org');
    await expect(house.logIn('boss@example.org', 'something else here')).rejects.toThrow(WrongPair);
    await expect(house.logIn('second@example.org')).rejects.toThrow(WrongPair);
  });

  it('is not the last to go while there is nobody after', async () => {
    const [one, other] = [await house.makeUser('admin'), await house.makeUser('admin')];
    const results = await Promise.allSettled([
      removeUser(house.parts, operator, one.id),
      changeUser(house.parts, operator, { id: other.id, changes: { role: 'viewer' } }),
    ]);
    const reasons = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
    expect(reasons).toEqual([expect.any(LastAdministrator)]);
    const left = results[0]?.status === 'fulfilled' ? other.id : one.id;
    await expect(changeUser(house.parts, operator, { id: left, changes: { isActive: false } })).rejects.toThrow(
      LastAdministrator,
    );
    expect(await findUser(house.parts.store.db, everyone, left)).toMatchObject({ role: 'admin', is_active: true });
  });
});
