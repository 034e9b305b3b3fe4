/** Making and revoking API keys, each within the bounds of who asks. */
import { type ApiKeyRow, insertApiKey, revokeApiKey } from '../store/api-keys.ts';
import { recordAudit } from '../store/audit-log.ts';
import { findClient } from '../store/clients.ts';
import { makeApiKey } from './api-key.ts';
import type { AccountParts } from './log-in.ts';
import { type Asker, isPermitted, type Permission, permissionsOf, type Role, reachOf } from './principal.ts';
import { BeyondYourOwn, NoSuchClient, RoleAndClient } from './refusals.ts';

export interface NewApiKey {
  name: string;
  /** The asker's own by default, `client` for a key of a client. */
  role?: Role | undefined;
  /** What it is limited to; by default all that the role and the asker may. */
  permissions?: readonly Permission[] | undefined;
  clientId?: string | undefined;
  expiresAt?: Date | undefined;
}

/** The key's row, and the key itself, which is never to be had again. @throws BeyondYourOwn, NoSuchClient, RoleAndClient */
export async function createApiKey(
  parts: Pick<AccountParts, 'store' | 'clock' | 'random' | 'newId'>,
  asker: Asker,
  wanted: NewApiKey,
): Promise<{ row: ApiKeyRow; whole: string }> {
  const { principal, requestId } = asker;
  const clientId = wanted.clientId ?? principal.clientId;
  const role = wanted.role ?? (clientId === null ? principal.role : 'client');
  if ((role === 'client') !== (clientId !== null)) throw new RoleAndClient();
  const permissions = wanted.permissions ?? ownLimits(asker, role);
  const beyond = (permissions ?? permissionsOf(role)).filter((permission) => !isPermitted(principal, permission));
  if (beyond.length > 0) throw new BeyondYourOwn(beyond.join(', '));
  const tooMuch = permissions?.filter((permission) => !permissionsOf(role).includes(permission)) ?? [];
  if (tooMuch.length > 0) throw new BeyondYourOwn(`the role ${role} does not include ${tooMuch.join(', ')}`);
  const { whole, prefix, hash } = makeApiKey(parts.random);
  const row: ApiKeyRow = {
    id: parts.newId('key'),
    client_id: clientId,
    name: wanted.name,
    prefix,
    secret_hash: hash,
    role,
    permissions: permissions ? [...permissions] : null,
    created_by: principal.id,
    created_at: new Date(parts.clock.now()),
    last_used_at: null,
    expires_at: wanted.expiresAt ?? null,
    revoked_at: null,
  };
  await parts.store.transaction(async (tx) => {
    if (clientId !== null && !(await findClient(tx, reachOf(principal), clientId))) throw new NoSuchClient();
    await insertApiKey(tx, { ...row, permissions: permissions ? JSON.stringify(permissions) : null });
    const subject = { subjectKind: 'api-key', subjectId: row.id };
    const details = { role, client_id: clientId, permissions };
    await recordAudit(tx, { at: row.created_at, principal, action: 'api-key.created', ...subject, requestId, details });
  });
  return { row, whole };
}

function ownLimits({ principal }: Asker, role: Role): readonly Permission[] | null {
  return principal.limitedTo?.filter((permission) => permissionsOf(role).includes(permission)) ?? null;
}

/** False when there is no such key within reach that is still good. */
export async function removeApiKey(
  parts: Pick<AccountParts, 'store' | 'clock'>,
  { principal, requestId }: Asker,
  id: string,
): Promise<boolean> {
  const now = new Date(parts.clock.now());
  return parts.store.transaction(async (tx) => {
    const isRevoked = await revokeApiKey(tx, reachOf(principal), { id, now });
    if (!isRevoked) return false;
    const subject = { subjectKind: 'api-key', subjectId: id };
    await recordAudit(tx, { at: now, principal, action: 'api-key.revoked', ...subject, requestId });
    return true;
  });
}
