/** Accounts put together: who may in, the first administrator, and the code that is printed while there is none. */
import { createAccessTokens } from '../account/access-tokens.ts';
import { createGate } from '../account/gate.ts';
import { createIdentify } from '../account/identify.ts';
import type { AccountParts } from '../account/log-in.ts';
import { createPasswords } from '../account/passwords.ts';
import type { Principal } from '../account/principal.ts';
import { createSetup, ensureAdministrator, type Setup } from '../account/set-up.ts';
import type { NewId } from '../base/ids.ts';
import { openSigningKeys } from '../config/signing-keys.ts';
import type { Store } from '../store/open-store.ts';
import { countAdministrators } from '../store/users.ts';
import type { Foundation } from './foundation.ts';

export interface Accounts {
  /** What the routes of accounts work with. */
  parts: AccountParts & { setup: Setup };
  /** Good once, for `POST /auth/setup`; null when there is an administrator. */
  setupCode: string | null;
  identify(credential: string): Promise<Principal | null>;
  hasAdministrator(): Promise<boolean>;
}

const loginsAtOnce = 2;
const loginsWaiting = 100;

export async function openAccounts(
  base: Foundation & { store: Store; newId: NewId },
  operatorKey: string,
): Promise<Accounts> {
  const { config, store, clock, random, newId, log } = base;
  const keys = await openSigningKeys(config.dataDir, { clock, random, log });
  const tokens = createAccessTokens({ clock, keys });
  const passwords = createPasswords(random);
  const loginGate = createGate(loginsAtOnce, loginsWaiting);
  const parts: AccountParts = { store, clock, random, newId, log, tokens, passwords, loginGate };
  if (config.admin) await ensureAdministrator(parts, config.admin);
  const setup = createSetup(parts);
  const setupCode = await setup.openCode();
  // Once there is an administrator there is one for good: the last cannot be removed.
  let isSetUp = setupCode === null;
  return {
    parts: { ...parts, setup },
    setupCode,
    identify: createIdentify({ db: store.db, clock, tokens, operatorKey }),
    hasAdministrator: async () => {
      isSetUp ||= (await countAdministrators(store.db)) > 0;
      return isSetUp;
    },
  };
}
