import { expect, it } from 'vitest';
import { permissionNames } from '../api/contract/api-keys.ts';
import { everyone, onlyOf } from '../store/reach.ts';
import {
  isPermitted,
  operatorKeyHolder,
  type Permission,
  type Principal,
  permissions,
  permissionsHeldBy,
  type Role,
  reachOf,
} from './principal.ts';

const of = (role: Role, changes: Partial<Principal> = {}): Principal => ({ ...operatorKeyHolder, role, ...changes });

it('has the permissions that the API names', () => {
  expect(permissionNames).toEqual(permissions);
});

it('lets an administrator do everything', () => {
  expect(permissionsHeldBy(of('admin'))).toEqual(permissions);
});

it.each<[Role, Permission[]]>([
  ['operator', ['users:write', 'audit-log:read']],
  ['viewer', ['calls:write', 'users:read', 'audit-log:read', 'api-keys:write', 'clients:write']],
  ['client', ['clients:read', 'clients:write', 'users:read', 'users:write', 'audit-log:read', 'phone-numbers:write']],
])('keeps from the role %s what is not its business', (role, forbidden) => {
  for (const permission of forbidden) expect(isPermitted(of(role), permission)).toBe(false);
});

it('lets a viewer only read', () => {
  expect(permissionsHeldBy(of('viewer')).every((permission) => permission.endsWith(':read'))).toBe(true);
});

it('limits a key to what it names and what its role includes', () => {
  const key = of('viewer', { kind: 'api-key', limitedTo: ['calls:read', 'users:write'] });
  expect(permissionsHeldBy(key)).toEqual(['calls:read']);
  expect(permissionsHeldBy(of('admin', { limitedTo: [] }))).toEqual([]);
});

it('lets a client see its own rows and everyone else all of them', () => {
  expect(reachOf(of('client', { clientId: 'client_1' }))).toEqual(onlyOf('client_1'));
  expect(reachOf(of('viewer'))).toEqual(everyone);
});
