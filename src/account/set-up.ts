/** How a server gets its first administrator: by its settings, or by a code that is printed once. */
import { recordAudit } from '../store/audit-log.ts';
import { forgetUserOfRemovedClient } from '../store/clients.ts';
import type { Db } from '../store/schema.ts';
import { isUniqueViolation } from '../store/sql-errors.ts';
import { countAdministrators, insertUser, lockAdministrators, type UserRow } from '../store/users.ts';
import { isSameSecret } from './api-key.ts';
import { type AccountParts, type Login, newSession, openSession, toLogin } from './log-in.ts';
import { EmailTaken, SetupRefused } from './refusals.ts';
import { toUserRow } from './user-fields.ts';

const codeLifeMs = 24 * 3_600_000;
const mostWrongTries = 5;
/** Without letters that look like digits; 20 of them are 100 bits. */
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';

export interface SetupRequest {
  code: string;
  email: string;
  password: string;
  name: string;
  requestId: string;
}

export interface Setup {
  /** Whether there is no administrator. */
  isNeeded(): Promise<boolean>;
  /** Makes a code, of the form `xxxxx-xxxxx-xxxxx-xxxxx`, good for 24 hours; null when there is an administrator. */
  openCode(): Promise<string | null>;
  /** Makes the first administrator and logs in. @throws SetupRefused, EmailTaken, TooBusy */
  setUp(request: SetupRequest): Promise<Login>;
}

/** The code is in memory alone: a start makes a new one as long as it is needed. */
export function createSetup(parts: AccountParts): Setup {
  const { store, clock, random } = parts;
  let live: { code: string; madeAtMs: number; wrongTries: number } | null = null;

  /** Takes the code away from anyone else; `giveBack` when it was not used after all. */
  const takeCode = (tried: string) => {
    const code = live;
    if (!code || clock.now() - code.madeAtMs >= codeLifeMs) throw noCode();
    if (!isSameSecret(bareOf(tried), bareOf(code.code))) {
      code.wrongTries += 1;
      if (code.wrongTries >= mostWrongTries) live = null;
      throw new SetupRefused('account/wrong-setup-code', 'The set-up code is wrong.');
    }
    live = null;
    return {
      giveBack: () => {
        live = code;
      },
    };
  };

  return {
    isNeeded: async () => (await countAdministrators(store.db)) === 0,
    async openCode() {
      if ((await countAdministrators(store.db)) > 0) return null;
      const letters = Array.from(random.bytes(20), (byte) => alphabet[byte % 32]).join('');
      const code = letters.replace(/(.{5})(?=.)/g, '$1-');
      live = { code, madeAtMs: clock.now(), wrongTries: 0 };
      return code;
    },
    async setUp({ code, requestId, ...admin }) {
      if ((await countAdministrators(store.db)) > 0) throw isSetUp();
      const taken = takeCode(code);
      try {
        const row = await toUserRow(parts, { ...admin, role: 'admin', clientId: null });
        const session = newSession(parts);
        await store.transaction(async (tx) => {
          const principal = { kind: 'setup-code', id: 'setup-code', clientId: null };
          if (!(await insertFirst(tx, row, { principal, requestId }))) throw isSetUp();
          await openSession(parts, tx, { session, user: row });
        });
        return await toLogin(parts, row, session);
      } catch (error) {
        taken.giveBack();
        throw error;
      }
    },
  };
}

/** Makes the administrator that the settings name, unless there is one already; whoever is there is not changed. */
export async function ensureAdministrator(
  parts: AccountParts,
  admin: { email: string; password: string },
): Promise<void> {
  const { store, log } = parts;
  if ((await countAdministrators(store.db)) > 0) return;
  const row = await toUserRow(parts, { ...admin, name: 'Administrator', role: 'admin', clientId: null });
  const principal = { kind: 'server', id: 'server', clientId: null };
  const isNew = await store.transaction((tx) => insertFirst(tx, row, { principal, requestId: null }));
  if (isNew) log.info({ userId: row.id, pii: { email: row.email } }, 'the first administrator was made');
}

/** False when another was first. */
async function insertFirst(
  tx: Db,
  row: UserRow,
  by: { principal: { kind: string; id: string; clientId: null }; requestId: string | null },
): Promise<boolean> {
  await lockAdministrators(tx);
  if ((await countAdministrators(tx)) > 0) return false;
  await forgetUserOfRemovedClient(tx, row.email);
  await insertUser(tx, row).catch((error: unknown) => {
    throw isUniqueViolation(error) ? new EmailTaken() : error;
  });
  const subject = { subjectKind: 'user', subjectId: row.id };
  await recordAudit(tx, { at: row.created_at, ...by, action: 'user.created', ...subject, details: { role: 'admin' } });
  return true;
}

const bareOf = (code: string) => code.toLowerCase().replaceAll(/[\s-]/g, '');

const noCode = () =>
  new SetupRefused(
    'account/no-setup-code',
    'There is no set-up code that is still good. Start the server again to have a new one printed.',
  );
const isSetUp = () => new SetupRefused('account/is-set-up', 'There is an administrator already. Log in instead.');
