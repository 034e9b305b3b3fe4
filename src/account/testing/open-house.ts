/** All that works on accounts, on a real store with a fake clock and passwords that are hashed for show. */
import { createFakeClock } from '../../base/clock.ts';
import { createIds } from '../../base/ids.ts';
import { silentLogger } from '../../base/log.ts';
import { systemRandom } from '../../base/random.ts';
import type { Store } from '../../store/open-store.ts';
import { createAccessTokens } from '../access-tokens.ts';
import { createGate } from '../gate.ts';
import { createIdentify } from '../identify.ts';
import { type AccountParts, logIn } from '../log-in.ts';
import { createUser } from '../manage-users.ts';
import type { Passwords } from '../passwords.ts';
import { type Asker, operatorKeyHolder, type Principal, type Role } from '../principal.ts';

export const operatorKey = `cw_operator_${'k'.repeat(43)}`;
export const goodPassword = 'correct horse battery';

const showPasswords: Passwords = {
  hash: async (password) => `hashed ${password}`,
  matches: async (password, hash) => hash === `hashed ${password}`,
};

export const askAs = (principal: Principal): Asker => ({ principal, requestId: 'req_1' });
export const operator = askAs(operatorKeyHolder);

export function openHouse(store: Store, passwords = showPasswords) {
  const clock = createFakeClock();
  const secret = systemRandom.bytes(32);
  const keys = { all: async () => [{ kid: 'key-1', secret, createdAtMs: 0 }] };
  const tokens = createAccessTokens({ clock, keys });
  const newId = createIds(clock, systemRandom);
  const loginGate = createGate(100, 100);
  const parts: AccountParts = {
    store,
    clock,
    random: systemRandom,
    newId,
    log: silentLogger,
    passwords,
    tokens,
    loginGate,
  };
  const identify = createIdentify({ db: store.db, clock, tokens, operatorKey });
  let users = 0;
  return {
    parts,
    clock,
    identify,
    makeUser: (role: Role, clientId: string | null = null) => {
      users += 1;
      const email = `${role}-${users}@example.org`;
      return createUser(parts, operator, { email, name: role, password: goodPassword, role, clientId });
    },
    async makeClient(): Promise<string> {
      const now = new Date(clock.now());
      const id = newId('client');
      await store.db
        .insertInto('clients')
        .values({ id, name: id, status: 'Active', profile: '{}', limits: '{}', created_at: now, updated_at: now })
        .execute();
      return id;
    },
    logIn: (email: string, password = goodPassword, address = '192.0.2.1') =>
      logIn(parts, { email, password, address, requestId: 'req_1' }),
    /** The user as one who has logged in. */
    async askerOf(email: string): Promise<Asker> {
      const login = await logIn(parts, { email, password: goodPassword, address: '192.0.2.1', requestId: 'req_1' });
      const principal = await identify(login.token);
      if (!principal) throw new Error(`${email} could not log in`);
      return askAs(principal);
    },
    /** What the audit log says, oldest first. */
    async audit(): Promise<string[]> {
      const rows = await store.db
        .selectFrom('audit_log')
        .select(['action', 'subject_id'])
        .orderBy('position')
        .execute();
      return rows.map(({ action, subject_id }) => `${action} ${subject_id}`);
    },
  };
}

export type House = ReturnType<typeof openHouse>;
