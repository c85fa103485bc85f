import { type INestApplicationContext, RequestMethod } from '@nestjs/common';
import { MetadataScanner, ModulesContainer } from '@nestjs/core';
import { type AccessRole } from '@assay/contracts/access/access-role';
import { ROLES_OF_ROUTE } from './roles';

// Nest's own names of what @Controller and @Get leave; its constants are not at the root of the package.
const PATH = 'path';
const METHOD = 'method';

/** A route, as its controller declares it. */
export interface Route {
  /** Upper case. */
  method: string;
  /** With `{parameter}`s, as OpenAPI writes it: `/v1/projects/{project}`. */
  path: string;
  roles: readonly AccessRole[];
  /** `Controller.method`, for messages. */
  declaredBy: string;
}

/**
 * Every route of a service, in the order of its controllers.
 * @throws Error naming a route that does not say who may call it.
 */
export function routesOf(app: INestApplicationContext): Route[] {
  const controllers = [...app.get(ModulesContainer).values()].flatMap((module) => [...module.controllers.values()]);
  return controllers.flatMap(({ metatype }) => (metatype ? routesOfController(metatype as Controller) : []));
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- any controller
type Controller = new (...args: any[]) => object;

function routesOfController(controller: Controller): Route[] {
  const prototype = controller.prototype as Record<string, object>;
  return new MetadataScanner().getAllMethodNames(prototype).flatMap((name) => {
    const handler = prototype[name]!;
    const method = Reflect.getMetadata(METHOD, handler) as RequestMethod | undefined;
    if (method === undefined) return [];
    const path = [controller, handler].map((place) => String(Reflect.getMetadata(PATH, place))).join('/');
    const declaredBy = `${controller.name}.${name}`;
    const roles = (Reflect.getMetadata(ROLES_OF_ROUTE, handler) ?? Reflect.getMetadata(ROLES_OF_ROUTE, controller)) as
      readonly AccessRole[] | undefined;
    if (roles === undefined) {
      throw new Error(`route ${RequestMethod[method]} ${path} (${declaredBy}) has no roles: expected @Roles(...)`);
    }
    return [{ method: RequestMethod[method], path: normalised(path), roles, declaredBy }];
  });
}

function normalised(path: string): string {
  const joined = `/${path}`.replaceAll(/\/+/g, '/').replace(/\/$/, '');
  return joined.replaceAll(/:(\w+)/g, '{$1}');
}
