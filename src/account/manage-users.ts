/** Making, changing and removing users, each within the bounds of who asks. */
import type { Updateable } from 'kysely';
import { recordAudit } from '../store/audit-log.ts';
import { findClient, forgetUserOfRemovedClient } from '../store/clients.ts';
import { endLoginSessionsOf } from '../store/login-sessions.ts';
import type { Db, UsersTable } from '../store/schema.ts';
import { isUniqueViolation } from '../store/sql-errors.ts';
import {
  countAdministrators,
  deleteUser,
  findUser,
  insertUser,
  lockAdministrators,
  raiseTokenVersion,
  type UserRow,
  updateUser,
} from '../store/users.ts';
import type { AccountParts } from './log-in.ts';
import { beginAttempt, dropAttempt, settleAttempt } from './login-limits.ts';
import { type Asker, isPermitted, type Principal, permissionsOf, type Role, reachOf } from './principal.ts';
import {
  BeyondYourOwn,
  EmailTaken,
  LastAdministrator,
  NoSuchClient,
  OwnAccount,
  RoleAndClient,
  WrongPair,
} from './refusals.ts';
import { type NewUser, toUserRow } from './user-fields.ts';

/** @throws BeyondYourOwn, EmailTaken, NoSuchClient, RoleAndClient, TooBusy */
export async function createUser(parts: AccountParts, asker: Asker, wanted: NewUser): Promise<UserRow> {
  const { principal, requestId } = asker;
  checkRole(wanted.role, wanted.clientId);
  checkMayGrant(principal, wanted.role);
  const row = await toUserRow(parts, wanted);
  await parts.store.transaction(async (tx) => {
    if (wanted.clientId !== null && !(await findClient(tx, reachOf(principal), wanted.clientId))) {
      throw new NoSuchClient();
    }
    await forgetUserOfRemovedClient(tx, row.email);
    await insertUser(tx, row).catch((error: unknown) => {
      throw isUniqueViolation(error) ? new EmailTaken() : error;
    });
    const subject = { subjectKind: 'user', subjectId: row.id };
    const details = { role: row.role, client_id: wanted.clientId };
    await recordAudit(tx, { at: row.created_at, principal, action: 'user.created', ...subject, requestId, details });
  });
  return row;
}

export interface UserChanges {
  name?: string | undefined;
  role?: Role | undefined;
  isActive?: boolean | undefined;
  /** Ends every login of the user. */
  password?: string | undefined;
}

/**
 * Changes a user; null when there is none within reach.
 * @throws BeyondYourOwn, OwnAccount, LastAdministrator, RoleAndClient, TooBusy
 */
export async function changeUser(
  parts: AccountParts,
  asker: Asker,
  { id, changes }: { id: string; changes: UserChanges },
): Promise<UserRow | null> {
  const { name, role, isActive, password } = changes;
  // A hash costs time, so whoever may not change this user must not have one made either.
  if (!(await findAndCheck(parts.store.db, asker.principal, { id, changes }))) return null;
  const password_hash = password === undefined ? undefined : await parts.passwords.hash(password);
  const now = new Date(parts.clock.now());
  const columns: Updateable<UsersTable> = { name, role, is_active: isActive, password_hash, updated_at: now };
  return parts.store.transaction(async (tx) => {
    await lockAdministrators(tx);
    const before = await findAndCheck(tx, asker.principal, { id, changes });
    if (!before) return null;
    await updateUser(tx, id, columns);
    if (before.role === 'admin') await checkOneStays(tx);
    if (role !== undefined || isActive !== undefined || password !== undefined) {
      await endLoginSessionsOf(tx, id, { now, except: null });
      await raiseTokenVersion(tx, id);
    }
    const details = { name, role, is_active: isActive, password: password === undefined ? undefined : 'changed' };
    await recordUserAudit(tx, asker, { action: 'user.updated', id, at: now, details });
    return (await findUser(tx, reachOf(asker.principal), id)) ?? null;
  });
}

async function findAndCheck(
  db: Db,
  principal: Principal,
  { id, changes }: { id: string; changes: UserChanges },
): Promise<UserRow | undefined> {
  const { role, isActive, password } = changes;
  const user = await findUser(db, reachOf(principal), id);
  if (!user) return undefined;
  if (id === principal.id) {
    if (role !== undefined || isActive !== undefined)
      throw new OwnAccount('You cannot change your own role or status.');
    if (password !== undefined) throw new OwnAccount('Change your own password by POST /auth/password.');
  }
  checkMayGrant(principal, user.role as Role);
  if (role !== undefined) {
    checkRole(role, user.client_id);
    checkMayGrant(principal, role);
  }
  return user;
}

/** Removes a user with every login; false when there is none within reach. @throws BeyondYourOwn, OwnAccount, LastAdministrator */
export async function removeUser(parts: AccountParts, asker: Asker, id: string): Promise<boolean> {
  const { principal } = asker;
  if (id === principal.id) throw new OwnAccount('You cannot remove yourself.');
  return parts.store.transaction(async (tx) => {
    await lockAdministrators(tx);
    const user = await findUser(tx, reachOf(principal), id);
    if (!user) return false;
    checkMayGrant(principal, user.role as Role);
    await deleteUser(tx, id);
    if (user.role === 'admin') await checkOneStays(tx);
    const details = { role: user.role, client_id: user.client_id };
    await recordUserAudit(tx, asker, { action: 'user.removed', id, at: new Date(parts.clock.now()), details });
    return true;
  });
}

export interface PasswordChange {
  user: UserRow;
  present: string;
  wanted: string;
  /** Where the request came from: trying passwords here is no easier than at the login. */
  address: string;
}

/** Sets the asker's own password and ends every other login. @throws WrongPair, TooManyLogins, TooBusy */
export function changeOwnPassword(parts: AccountParts, asker: Asker, change: PasswordChange): Promise<void> {
  return parts.loginGate(() => tryPasswordChange(parts, asker, change));
}

async function tryPasswordChange(parts: AccountParts, asker: Asker, change: PasswordChange): Promise<void> {
  const { user } = change;
  const attempt = await beginAttempt(parts, { email: user.email, address: change.address });
  const isRight = await parts.passwords.matches(change.present, user.password_hash).catch(async (error: unknown) => {
    await dropAttempt(parts, attempt);
    throw error;
  });
  if (!isRight) throw new WrongPair();
  const password_hash = await parts.passwords.hash(change.wanted);
  const now = new Date(parts.clock.now());
  await parts.store.transaction(async (tx) => {
    await settleAttempt(tx, attempt);
    await updateUser(tx, user.id, { password_hash, updated_at: now });
    await endLoginSessionsOf(tx, user.id, { now, except: asker.principal.sessionId ?? null });
    await recordUserAudit(tx, asker, { action: 'user.password_changed', id: user.id, at: now, details: {} });
  });
}

function checkRole(role: Role, clientId: string | null): void {
  if ((role === 'client') !== (clientId !== null)) throw new RoleAndClient();
}

/** Also before a user is changed or removed: who may do more cannot be touched by who may do less. */
function checkMayGrant(principal: Principal, role: Role): void {
  const beyond = permissionsOf(role).filter((permission) => !isPermitted(principal, permission));
  if (beyond.length > 0) throw new BeyondYourOwn(`the role ${role} includes ${beyond.join(', ')}`);
}

async function checkOneStays(tx: Db): Promise<void> {
  if ((await countAdministrators(tx)) === 0) throw new LastAdministrator();
}

function recordUserAudit(
  tx: Db,
  { principal, requestId }: Asker,
  entry: { action: string; id: string; at: Date; details: Record<string, unknown> },
): Promise<void> {
  const { action, at, details } = entry;
  return recordAudit(tx, { at, principal, action, subjectKind: 'user', subjectId: entry.id, requestId, details });
}
