import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { type AccessRole } from '@assay/contracts/access/access-role';

/** Who makes a request, as the credential says it; nothing in a payload adds to it. */
export interface Caller {
  /** Id of the key, or issuer and subject of the token: for audit rows and limits. */
  id: string;
  /** Who holds the credential, through rotations of its key: the source of what it sends. */
  holder: string;
  role: AccessRole;
  /** Names of projects, or `*` alone for all. */
  projects: readonly string[];
  /** The worker that the caller is, where it is one. */
  worker?: string;
}

/** Whether a caller may know that a project exists. A handler asks where the project is not in the path. */
export function maySee(caller: Caller, project: string): boolean {
  return caller.projects.includes('*') || caller.projects.includes(project);
}

/** The caller, as the argument of a controller's method. */
export const CalledBy = createParamDecorator((_data: unknown, context: ExecutionContext) => {
  return context.switchToHttp().getRequest<{ caller?: Caller }>().caller;
});
