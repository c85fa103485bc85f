import { SetMetadata } from '@nestjs/common';
import { ACCESS_ROLES, type AccessRole } from '@assay/contracts/access/access-role';

export const ROLES_OF_ROUTE = Symbol('assay.roles');

/** The roles whose holders may call a route; admin always may. A service with a route that says nothing does not start. */
export function Roles(...roles: readonly Exclude<AccessRole, 'admin'>[]) {
  return SetMetadata(ROLES_OF_ROUTE, [...roles, 'admin'] satisfies AccessRole[]);
}

/** Whoever has a credential may call the route. */
export function AnyRole() {
  return SetMetadata(ROLES_OF_ROUTE, [...ACCESS_ROLES]);
}
