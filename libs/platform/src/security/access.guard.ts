import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { STORABLE } from '@assay/contracts/fields';
import { type AccessRole } from '@assay/contracts/access/access-role';
import { type HttpRequest } from '../http/http-request';
import { notFound, Problem } from '../http/problem';
import { RateLimit } from '../http/rate-limit';
import { Authenticator } from './authenticator';
import { type Caller, maySee } from './caller';
import { ROLES_OF_ROUTE } from './roles';

/**
 * What every route passes: 401 without a valid credential, 429 to who asks too often, 403 to a role that the route does not name, 404 for
 * a project (`:project` in the path, or `?project=`) that the caller may not know of.
 */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly authenticator: Authenticator,
    private readonly rateLimit: RateLimit,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (context.getType() !== 'http') return true;
    const request = context.switchToHttp().getRequest<HttpRequest>();
    const caller = await this.authenticator.callerOf(request.headers.authorization);
    this.rateLimit.count(caller.id);
    checkRole(caller, this.roles(context));
    checkPath(caller, request);
    request.caller = caller;
    return true;
  }

  private roles(context: ExecutionContext): readonly AccessRole[] {
    const places = [context.getHandler(), context.getClass()];
    return this.reflector.getAllAndOverride<readonly AccessRole[] | undefined>(ROLES_OF_ROUTE, places) ?? [];
  }
}

function checkRole(caller: Caller, roles: readonly AccessRole[]): void {
  if (!roles.includes(caller.role)) {
    throw new Problem('forbidden', `role ${caller.role}: expected ${roles.join(' or ')}`);
  }
}

function checkPath(caller: Caller, request: HttpRequest): void {
  for (const [name, value] of Object.entries(request.params)) {
    if (!STORABLE.test(value)) throw notFound(name, value);
  }
  for (const project of [request.params['project'], request.query['project']].flat()) {
    if (project !== undefined && !maySee(caller, project)) throw notFound('project', project);
  }
}
