/** Who is asking, and what that one may do. */
import { everyone, onlyOf, type Reach } from '../store/reach.ts';

export type Role = 'admin' | 'operator' | 'viewer' | 'client';

/** What an API key can be limited to, and what a role includes. */
export const permissions = [
  'calls:read',
  'calls:write',
  'campaigns:read',
  'campaigns:write',
  'recordings:read',
  'assistants:read',
  'assistants:write',
  'phone-numbers:read',
  'phone-numbers:write',
  'clients:read',
  'clients:write',
  'users:read',
  'users:write',
  'api-keys:read',
  'api-keys:write',
  'do-not-call:read',
  'do-not-call:write',
  'webhooks:read',
  'webhooks:write',
  'stats:read',
  'audit-log:read',
  'consents:read',
  'consents:write',
  'prices:read',
  'prices:write',
  'health:read',
] as const;
export type Permission = (typeof permissions)[number];

export interface Principal {
  kind: 'operator-key' | 'user' | 'api-key' | 'playground';
  /** The user's or key's id; fixed words for the other two. */
  id: string;
  role: Role;
  /** The tenant; null for the operator's own people, who see every tenant. */
  clientId: string | null;
  /** For API keys: nothing beyond these, whatever the role. */
  limitedTo: readonly Permission[] | null;
  /** For users: the login that this request belongs to. */
  sessionId?: string;
}

/** Who asks for a change, and by which request: what the audit log keeps. */
export interface Asker {
  principal: Principal;
  requestId: string | null;
}

const reading = permissions.filter((permission) => permission.endsWith(':read'));
const ofClients: readonly Permission[] = [
  'calls:read',
  'calls:write',
  'campaigns:read',
  'campaigns:write',
  'campaigns:read',
  'campaigns:write',
  'recordings:read',
  'assistants:read',
  'assistants:write',
  'phone-numbers:read',
  'api-keys:read',
  'api-keys:write',
  'do-not-call:read',
  'do-not-call:write',
  'consents:read',
  'consents:write',
  'webhooks:read',
  'webhooks:write',
  'stats:read',
];

const included: Record<Role, readonly Permission[]> = {
  admin: permissions,
  operator: permissions.filter((permission) => permission !== 'users:write' && permission !== 'audit-log:read'),
  viewer: reading.filter((permission) => permission !== 'audit-log:read' && permission !== 'users:read'),
  client: ofClients,
};

export function isPermitted(principal: Principal, permission: Permission): boolean {
  if (!included[principal.role].includes(permission)) return false;
  return principal.limitedTo === null || principal.limitedTo.includes(permission);
}

/** All that a role includes. */
export const permissionsOf = (role: Role): readonly Permission[] => included[role];

/** All that this one may do. */
export const permissionsHeldBy = (principal: Principal): Permission[] =>
  permissions.filter((permission) => isPermitted(principal, permission));

/** Whose rows this one sees. */
export function reachOf(principal: Principal): Reach {
  return principal.clientId === null ? everyone : onlyOf(principal.clientId);
}

export const playground: Principal = {
  kind: 'playground',
  id: 'playground',
  role: 'admin',
  clientId: null,
  limitedTo: null,
};

export const operatorKeyHolder: Principal = { ...playground, kind: 'operator-key', id: 'operator-key' };
