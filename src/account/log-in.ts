/** Logging in, staying logged in and logging out. */
import type { Clock } from '../base/clock.ts';
import type { NewId } from '../base/ids.ts';
import type { Logger } from '../base/log.ts';
import type { Random } from '../base/random.ts';
import { recordAudit } from '../store/audit-log.ts';
import { endLoginSession, endLoginSessionsOf, insertLoginSession, rotateRefresh } from '../store/login-sessions.ts';
import type { Store } from '../store/open-store.ts';
import type { Db } from '../store/schema.ts';
import { findUserOfSession, findUserToLogIn, raiseTokenVersion, type UserRow } from '../store/users.ts';
import { type AccessTokens, accessTokenSeconds } from './access-tokens.ts';
import { hashOf } from './api-key.ts';
import type { Gate } from './gate.ts';
import { beginAttempt, dropAttempt, settleAttempt } from './login-limits.ts';
import type { Passwords } from './passwords.ts';
import type { Asker } from './principal.ts';
import { SessionOver, WrongPair } from './refusals.ts';
import { toEmail } from './user-fields.ts';

export interface AccountParts {
  store: Store;
  clock: Clock;
  random: Random;
  newId: NewId;
  log: Logger;
  passwords: Passwords;
  tokens: AccessTokens;
  /** Before every check of a password that is counted: each takes a connection of the database for a moment. */
  loginGate: Gate;
}

export interface Login {
  token: string;
  expiresInSeconds: number;
  /** Good once, for the next login of the same session. */
  refreshToken: string;
  user: UserRow;
}

const sessionMs = 30 * 24 * 3_600_000;

export interface LoginRequest {
  /** As it was typed. */
  email: string;
  password: string;
  /** Where it came from. */
  address: string;
  requestId: string;
}

/** @throws WrongPair, TooManyLogins, TooBusy */
export function logIn(parts: AccountParts, request: LoginRequest): Promise<Login> {
  return parts.loginGate(() => tryLogin(parts, request));
}

async function tryLogin(parts: AccountParts, request: LoginRequest): Promise<Login> {
  const { store, clock, log } = parts;
  const typed = request.email.trim().toLowerCase();
  const attempt = await beginAttempt(parts, { email: typed, address: request.address });
  const user = await checkPair(parts, typed, request.password).catch(async (error: unknown) => {
    await dropAttempt(parts, attempt);
    throw error;
  });
  if (!user) {
    log.warn({ requestId: request.requestId, pii: { email: typed, address: request.address } }, 'login refused');
    throw new WrongPair();
  }
  const session = newSession(parts);
  await store.transaction(async (tx) => {
    await settleAttempt(tx, attempt);
    await openSession(parts, tx, { session, user });
    const principal = { kind: 'user', id: user.id, clientId: user.client_id };
    const subject = { subjectKind: 'session', subjectId: session.id };
    const { requestId } = request;
    await recordAudit(tx, { at: new Date(clock.now()), principal, action: 'session.started', ...subject, requestId });
  });
  return toLogin(parts, user, session);
}

/** Does the same work whether there is such a user or not. */
async function checkPair(parts: AccountParts, typed: string, password: string): Promise<UserRow | null> {
  const email = toEmail(typed);
  const user = email === null ? undefined : await findUserToLogIn(parts.store.db, email);
  const isRight = await parts.passwords.matches(password, user?.password_hash ?? null);
  return user && isRight ? user : null;
}

interface NewSession {
  id: string;
  refreshToken: string;
}

export function newSession(parts: AccountParts): NewSession {
  const id = parts.newId('session');
  return { id, refreshToken: newRefreshToken(parts, id) };
}

/** It names its session, so that one that was used before is known for what it is. */
const newRefreshToken = ({ random }: { random: Random }, sessionId: string) =>
  `${sessionId}.${Buffer.from(random.bytes(32)).toString('base64url')}`;

export async function openSession(
  { clock }: { clock: Clock },
  tx: Db,
  { session, user }: { session: NewSession; user: { id: string } },
): Promise<void> {
  const nowMs = clock.now();
  await insertLoginSession(tx, {
    id: session.id,
    user_id: user.id,
    refresh_hash: hashOf(session.refreshToken),
    created_at: new Date(nowMs),
    expires_at: new Date(nowMs + sessionMs),
  });
}

export async function toLogin(parts: AccountParts, user: UserRow, session: NewSession): Promise<Login> {
  const token = await parts.tokens.issue({
    userId: user.id,
    clientId: user.client_id,
    role: user.role,
    sessionId: session.id,
    tokenVersion: user.token_version,
  });
  return { token, expiresInSeconds: accessTokenSeconds, refreshToken: session.refreshToken, user };
}

/** Gives new tokens for a refresh token; one that was used before ends its session. @throws SessionOver */
export async function refreshLogin(parts: AccountParts, used: string, requestId: string): Promise<Login> {
  const { store, clock, log } = parts;
  const sessionId = /^(session_\w{1,60})\.[\w-]{43}$/.exec(used)?.[1];
  if (!sessionId) throw new SessionOver();
  const now = new Date(clock.now());
  const refreshToken = newRefreshToken(parts, sessionId);
  const rotation = { sessionId, fromHash: hashOf(used), toHash: hashOf(refreshToken), now };
  const found = await store.transaction(async (tx) => {
    const isRotated = await rotateRefresh(tx, rotation);
    const user = await findUserOfSession(tx, sessionId, now);
    if (isRotated || !user) return { user, wasReused: false };
    await endLoginSession(tx, sessionId, now);
    const principal = { kind: 'user', id: user.id, clientId: user.client_id };
    const subject = { subjectKind: 'session', subjectId: sessionId };
    await recordAudit(tx, { at: now, principal, action: 'session.ended_by_reuse', ...subject, requestId });
    return { user: undefined, wasReused: true };
  });
  if (found.wasReused) log.warn({ sessionId, requestId }, 'a used refresh token came back: its session is over');
  if (!found.user || found.user.client_removed_at !== null) throw new SessionOver();
  return toLogin(parts, found.user, { id: sessionId, refreshToken });
}

/** Ends the asker's session, or everywhere all of the user's; their tokens stop working at once. */
export async function logOut(parts: AccountParts, asker: Asker, options: { everywhere: boolean }): Promise<void> {
  const { principal, requestId } = asker;
  const { sessionId } = principal;
  if (sessionId === undefined) throw new SessionOver();
  const now = new Date(parts.clock.now());
  await parts.store.transaction(async (tx) => {
    if (options.everywhere) {
      await endLoginSessionsOf(tx, principal.id, { now, except: null });
      await raiseTokenVersion(tx, principal.id);
    } else await endLoginSession(tx, sessionId, now);
    const action = options.everywhere ? 'session.ended_everywhere' : 'session.ended';
    await recordAudit(tx, { at: now, principal, action, subjectKind: 'session', subjectId: sessionId, requestId });
  });
}
