/** Who uses the app, and what that one may do. */
import { useRouteContext } from '@tanstack/react-router';
import type { permissionNames } from '../../src/api/contract/api-keys.ts';
import type { WhoAmI } from '../../src/api/contract/auth.ts';

export type PermissionName = (typeof permissionNames)[number];

export function useMe(): WhoAmI {
  return useRouteContext({ from: '__root__' }).me;
}

export function useMay(): (permission: PermissionName) => boolean {
  const { permissions } = useMe();
  return (permission) => permissions.includes(permission);
}
