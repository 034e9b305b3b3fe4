import { beforeAll, expect, it } from 'vitest';
import { describeOnBothDatabases } from '../../tests/setup/describe-on-both.ts';
import { removeClient } from '../store/clients.ts';
import { TooBusy } from './gate.ts';
import { logOut, refreshLogin } from './log-in.ts';
import { SessionOver, TooManyLogins, WrongPair } from './refusals.ts';
import { askAs, goodPassword, type House, openHouse, operatorKey } from './testing/open-house.ts';

describeOnBothDatabases('logging in', (openFresh) => {
  let house: House;
  beforeAll(async () => {
    house = openHouse(await openFresh());
  });

  const principalOf = async (token: string) => {
    const principal = await house.identify(token);
    if (!principal) throw new Error('nobody');
    return principal;
  };

  it('gives a token that says who one is', async () => {
    const clientId = await house.makeClient();
    const user = await house.makeUser('client', clientId);
    const login = await house.logIn(` ${user.email.toUpperCase()} `);
    expect(await house.identify(login.token)).toEqual({
      kind: 'user',
      id: user.id,
      role: 'client',
      clientId,
      limitedTo: null,
      sessionId: expect.stringMatching(/^session_/),
    });
  });

  it('knows the operator’s key and nobody else', async () => {
    expect(await house.identify(operatorKey)).toMatchObject({ kind: 'operator-key', role: 'admin' });
    for (const none of ['', 'x', `${operatorKey}x`, `cw_live_abcdefghijkl_${'x'.repeat(43)}`, 'a.b.c']) {
      expect(await house.identify(none)).toBeNull();
    }
  });

  it.each([
    ['a wrong password', async () => (await house.makeUser('viewer')).email, 'wrong'],
    ['an unknown address', async () => 'nobody@example.org', goodPassword],
    ['what is no address', async () => 'not an address', goodPassword],
    ['an address that no database takes', async () => '\0@example.org', goodPassword],
    ['half a character', async () => '\ud800@example.org', goodPassword],
  ])('refuses %s in the same words', async (_name, toEmail, password) => {
    const email = await toEmail();
    await expect(house.logIn(email, password, '192.0.2.40')).rejects.toThrow(new WrongPair());
  });

  it('refuses a user who was switched off, and the tokens of one', async () => {
    const user = await house.makeUser('viewer');
    const { token, refreshToken } = await house.logIn(user.email);
    await house.parts.store.db.updateTable('users').set({ is_active: false }).where('id', '=', user.id).execute();
    await expect(house.logIn(user.email)).rejects.toThrow(new WrongPair());
    expect(await house.identify(token)).toBeNull();
    await expect(refreshLogin(house.parts, refreshToken, 'req_1')).rejects.toThrow(new SessionOver());
  });

  it('lets who belongs to a removed client do nothing any more', async () => {
    const clientId = await house.makeClient();
    const user = await house.makeUser('client', clientId);
    const { token, refreshToken } = await house.logIn(user.email);
    await removeClient(house.parts.store.db, clientId, new Date(house.clock.now()));
    expect(await house.identify(token)).toMatchObject({ clientId, limitedTo: [] });
    await expect(refreshLogin(house.parts, refreshToken, 'req_1')).rejects.toThrow(new SessionOver());
    await expect(house.logIn(user.email)).rejects.toThrow(new WrongPair());
  });

  it('gives new tokens for a refresh token, which is good once', async () => {
    const user = await house.makeUser('viewer');
    const first = await house.logIn(user.email);
    const second = await refreshLogin(house.parts, first.refreshToken, 'req_1');
    expect(second.refreshToken).not.toBe(first.refreshToken);
    expect(await house.identify(second.token)).toMatchObject({ id: user.id });
    const third = await refreshLogin(house.parts, second.refreshToken, 'req_1');
    expect(third.user.id).toBe(user.id);
  });

  it('ends the whole session when a used refresh token comes back', async () => {
    const user = await house.makeUser('viewer');
    const stolen = await house.logIn(user.email);
    const elsewhere = await house.logIn(user.email);
    const rotated = await refreshLogin(house.parts, stolen.refreshToken, 'req_1');
    await expect(refreshLogin(house.parts, stolen.refreshToken, 'req_1')).rejects.toThrow(new SessionOver());
    await expect(refreshLogin(house.parts, rotated.refreshToken, 'req_1')).rejects.toThrow(new SessionOver());
    expect(await house.identify(rotated.token)).toBeNull();
    expect(await house.identify(elsewhere.token)).not.toBeNull();
    expect((await house.audit()).at(-1)).toMatch(/^session.ended_by_reuse session_/);
  });

  it('gives one winner when a refresh token is used many times at once', async () => {
    const { refreshToken } = await house.logIn((await house.makeUser('viewer')).email);
    const tries = Array.from({ length: 10 }, () => refreshLogin(house.parts, refreshToken, 'req_1'));
    const results = await Promise.allSettled(tries);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it.each([[''], ['x'], ['session_1'], [`session_1.${'x'.repeat(43)}`], [`session_\0.${'x'.repeat(43)}`]])(
    'takes %j for no refresh token',
    async (text) => {
      await expect(refreshLogin(house.parts, text, 'req_1')).rejects.toThrow(new SessionOver());
    },
  );

  it('lasts 30 days, however often it is refreshed', async () => {
    const other = openHouse(house.parts.store);
    const user = await other.makeUser('viewer');
    let login = await other.logIn(user.email);
    for (let day = 0; day < 30; day += 1) {
      login = await refreshLogin(other.parts, login.refreshToken, 'req_1');
      other.clock.advance(24 * 3_600_000);
    }
    await expect(refreshLogin(other.parts, login.refreshToken, 'req_1')).rejects.toThrow(new SessionOver());
    expect(await other.identify(login.token)).toBeNull();
  });

  it('ends one login, and its token at once, but no other', async () => {
    const user = await house.makeUser('viewer');
    const [here, there] = [await house.logIn(user.email), await house.logIn(user.email)];
    await logOut(house.parts, askAs(await principalOf(here.token)), { everywhere: false });
    expect(await house.identify(here.token)).toBeNull();
    await expect(refreshLogin(house.parts, here.refreshToken, 'req_1')).rejects.toThrow(new SessionOver());
    expect(await house.identify(there.token)).not.toBeNull();
  });

  it('ends every login everywhere, of this user alone', async () => {
    const [user, bystander] = [await house.makeUser('viewer'), await house.makeUser('viewer')];
    const logins = [await house.logIn(user.email), await house.logIn(user.email)];
    const other = await house.logIn(bystander.email);
    await logOut(house.parts, askAs(await principalOf(logins[0]?.token ?? '')), { everywhere: true });
    for (const { token } of logins) expect(await house.identify(token)).toBeNull();
    expect(await house.identify(other.token)).not.toBeNull();
  });

  it('takes no token that says another role, client or version than is so now', async () => {
    const user = await house.makeUser('viewer');
    const { token } = await house.logIn(user.email);
    const { sessionId = '' } = await principalOf(token);
    const right = { userId: user.id, clientId: null, role: 'viewer', sessionId, tokenVersion: 1 };
    expect(await house.identify(await house.parts.tokens.issue(right))).not.toBeNull();
    for (const change of [
      { userId: 'user_x' },
      { clientId: 'x' },
      { role: 'admin' },
      { tokenVersion: 0 },
      { sessionId: 'x' },
    ]) {
      expect(await house.identify(await house.parts.tokens.issue({ ...right, ...change }))).toBeNull();
    }
  });
});

describeOnBothDatabases('failed logins', (openFresh) => {
  let house: House;
  beforeAll(async () => {
    house = openHouse(await openFresh());
  });
  let lastAddress = 0;
  const newAddress = () => {
    lastAddress += 1;
    return `198.51.100.${lastAddress}`;
  };
  const failTimes = async (count: number, email: () => string, address: () => string) => {
    for (let tries = 0; tries < count; tries += 1) {
      await expect(house.logIn(email(), 'wrong', address())).rejects.toThrow(new WrongPair());
    }
  };

  it.each([
    ['an account', async () => (await house.makeUser('viewer')).email],
    ['an address without an account', async () => 'nobody@example.org'],
  ])('are five in 15 minutes for %s, wherever they come from', async (_name, toEmail) => {
    const email = await toEmail();
    await failTimes(5, () => email, newAddress);
    await expect(house.logIn(email, goodPassword, newAddress())).rejects.toThrow(new TooManyLogins(900));
    await expect(house.logIn(email.toUpperCase(), goodPassword, newAddress())).rejects.toThrow(new TooManyLogins(900));
    house.clock.advance(600_500);
    await expect(house.logIn(email, goodPassword, newAddress())).rejects.toMatchObject({ retryAfterSeconds: 300 });
    house.clock.advance(299_500);
    await failTimes(1, () => email, newAddress);
    house.clock.advance(900_000);
  });

  it('are counted anew after a right one', async () => {
    const { email } = await house.makeUser('viewer');
    await failTimes(4, () => email, newAddress);
    await house.logIn(email, goodPassword, newAddress());
    await failTimes(5, () => email, newAddress);
    await expect(house.logIn(email, goodPassword, newAddress())).rejects.toThrow(TooManyLogins);
  });

  it('are twenty in 15 minutes from one address, whichever accounts they try', async () => {
    const address = newAddress();
    let users = 0;
    const next = () => {
      users += 1;
      return `somebody-${users}@example.org`;
    };
    const { email } = await house.makeUser('viewer');
    await failTimes(20, next, () => address);
    await expect(house.logIn(email, goodPassword, address)).rejects.toThrow(TooManyLogins);
    await house.logIn(email, goodPassword, newAddress());
  });

  it('do not hold right ones against an address', async () => {
    const address = newAddress();
    const { email } = await house.makeUser('viewer');
    for (let logins = 0; logins < 25; logins += 1) await house.logIn(email, goodPassword, address);
  });

  it('are no more when a hundred come at once', async () => {
    const { email } = await house.makeUser('viewer');
    const results = await Promise.allSettled(
      Array.from({ length: 100 }, () => house.logIn(email, 'wrong', '203.0.113.9')),
    );
    const reasons = results.map((result) => (result as PromiseRejectedResult).reason);
    expect(reasons.filter((reason) => reason instanceof WrongPair)).toHaveLength(5);
    expect(reasons.filter((reason) => reason instanceof TooManyLogins)).toHaveLength(95);
  });

  it('are not counted when no password was checked', async () => {
    const matches = () => Promise.reject(new TooBusy());
    const busy = openHouse(house.parts.store, { ...house.parts.passwords, matches });
    const { email } = await house.makeUser('viewer');
    for (let tries = 0; tries < 10; tries += 1) await expect(busy.logIn(email)).rejects.toThrow(TooBusy);
    await house.logIn(email, goodPassword, newAddress());
  });

  it('keep nothing of what was typed', async () => {
    await expect(house.logIn('my secret password', 'wrong', newAddress())).rejects.toThrow(new WrongPair());
    const rows = await house.parts.store.db.selectFrom('login_attempts').select('key').execute();
    expect(JSON.stringify(rows)).not.toContain('secret');
    expect(rows.length).toBeGreaterThan(2);
  });
});
