/** Whose credential this is: the operator's key, an API key or an access token. */
import type { Clock } from '../base/clock.ts';
import { findGoodApiKey, noteApiKeyUse } from '../store/api-keys.ts';
import type { Db } from '../store/schema.ts';
import { findUserOfSession } from '../store/users.ts';
import type { AccessTokens } from './access-tokens.ts';
import { hashOf, isSameSecret, prefixOf } from './api-key.ts';
import { operatorKeyHolder, type Permission, type Principal, type Role } from './principal.ts';

export interface IdentifyParts {
  db: Db;
  clock: Clock;
  tokens: AccessTokens;
  /** It lies on the server's own disk, for its user alone, and is good as long as it lies there. */
  operatorKey: string;
}

/** How exactly the last use of a key is known. */
const lastUsedExactMs = 60_000;

export function createIdentify(parts: IdentifyParts): (credential: string) => Promise<Principal | null> {
  return async (credential) => {
    const prefix = prefixOf(credential);
    if (prefix !== null) return identifyApiKey(parts, credential, prefix);
    if (credential.includes('.')) return identifyToken(parts, credential);
    return isSameSecret(credential, parts.operatorKey) ? operatorKeyHolder : null;
  };
}

async function identifyApiKey({ db, clock }: IdentifyParts, key: string, prefix: string): Promise<Principal | null> {
  const nowMs = clock.now();
  const row = await findGoodApiKey(db, prefix, new Date(nowMs));
  // An unknown prefix costs as much as a wrong secret.
  const isRight = isSameSecret(hashOf(key), row?.secret_hash ?? '');
  if (!row || !isRight) return null;
  if (row.last_used_at === null || nowMs - row.last_used_at.getTime() >= lastUsedExactMs) {
    await noteApiKeyUse(db, row.id, new Date(nowMs));
  }
  return {
    kind: 'api-key',
    id: row.id,
    role: row.role as Role,
    clientId: row.client_id,
    limitedTo: row.permissions as Permission[] | null,
  };
}

/** A token is good only while its login lasts, and says what is still so. */
async function identifyToken({ db, clock, tokens }: IdentifyParts, token: string): Promise<Principal | null> {
  const claims = await tokens.verify(token);
  if (!claims) return null;
  const user = await findUserOfSession(db, claims.sessionId, new Date(clock.now()));
  if (!user || user.id !== claims.userId || user.token_version !== claims.tokenVersion) return null;
  if (user.client_id !== claims.clientId || user.role !== claims.role) return null;
  return {
    kind: 'user',
    id: user.id,
    role: user.role as Role,
    clientId: user.client_id,
    // Who belonged to a client that was removed is still known, and may do nothing.
    limitedTo: user.client_removed_at === null ? null : [],
    sessionId: claims.sessionId,
  };
}
