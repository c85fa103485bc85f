import { type AccessRole } from '@assay/contracts/access/access-role';

const EVERYONE = 'tool worker expert lead operator';

/**
 * Who may call what, besides admins, who may call everything: interfaces section 6, route by route. A route that is not here fails the tests,
 * so that nobody opens one by accident.
 */
const TABLE: Record<string, string> = {
  'GET /v1/openapi.json': EVERYONE,

  'GET /v1/keys': 'operator',
  'POST /v1/keys': 'operator',
  'POST /v1/keys/{key}/rotate': 'operator',
  'DELETE /v1/keys/{key}': 'operator',

  'PUT /v1/projects/{project}': 'lead',
  'GET /v1/projects/{project}': 'tool worker expert lead',
  'POST /v1/projects/{project}/archive': 'lead',
  'GET /v1/projects/{project}/policy': 'tool lead',
  'GET /v1/projects/{project}/intake': 'tool lead operator',
  'POST /v1/items/{project}': 'tool lead',
  'DELETE /v1/items/{project}/{item}': 'tool lead',
  'POST /v1/annotations/{project}': 'tool worker expert lead',
  'GET /v1/annotations/{project}': 'lead',
  'POST /v1/events': 'tool',
  'PUT /v1/sources/{source}/workers/{worker}': 'tool lead',
  'POST /v1/ops/ingestion/rebuild': 'operator',
  'GET /v1/ops/ingestion/rebuild/{id}': 'operator',

  'GET /v1/consensus/{project}': 'tool lead',
  'GET /v1/consensus/{project}/{item}': 'tool lead',
  'GET /v1/agreement/{project}': 'tool lead',
  'GET /v1/ops/consensus/summary/{project}': 'lead operator',
  'GET /v1/ops/consensus/rest/{project}': 'lead operator',
  'GET /v1/ops/consensus/digest/{project}': 'lead operator',

  'POST /v1/gold/{project}': 'lead',
  'GET /v1/gold/{project}': 'lead',
  'DELETE /v1/gold/{project}/{item}': 'lead',
  'GET /v1/ops/gold/rest/{project}': 'lead operator',
  'GET /v1/ops/gold/digest/{project}': 'lead operator',

  'GET /v1/workers/me': 'worker expert',
  'GET /v1/workers/{project}': 'lead',
  'GET /v1/workers/{project}/{worker}': 'lead',
  'GET /v1/findings/{project}': 'lead',
  'GET /v1/findings/{project}/{finding}': 'lead',
  'POST /v1/findings/{finding}/appeal': 'worker expert lead',
  'POST /v1/findings/{finding}/appeal/decision': 'lead',
  'GET /v1/epochs/{project}': 'lead',
  'POST /v1/epochs/{project}': 'lead',
  'GET /v1/ops/scoring/rest/{project}': 'lead operator',
  'GET /v1/ops/scoring/digest/{project}': 'lead operator',

  'POST /v1/assignments/{project}': 'worker expert',
  'GET /v1/assignments/{project}': 'worker expert',
  'POST /v1/assignments/{project}/{id}/extend': 'worker expert',
  'DELETE /v1/assignments/{project}/{id}': 'worker expert',
  'GET /v1/disputes/{project}': 'expert lead',
  'GET /v1/disputes/{project}/ended': 'lead',
  'POST /v1/disputes/{project}/{id}/claim': 'expert',
  'POST /v1/disputes/{project}/{id}/release': 'expert',
  'POST /v1/disputes/{project}/{id}/decision': 'expert',
  'GET /v1/ops/assignment/summary/{project}': 'lead operator',
  'GET /v1/ops/assignment/rest/{project}': 'lead operator',

  ...operations('ingestion'),
  ...operations('consensus'),
  ...operations('gold'),
  ...operations('scoring'),
  ...operations('assignment'),
};

function operations(service: string): Record<string, string> {
  const at = `/v1/ops/${service}`;
  return {
    [`GET ${at}/accounting`]: 'lead operator',
    [`GET ${at}/offsets`]: 'operator',
    [`POST ${at}/offsets/reset`]: 'operator',
    [`GET ${at}/deadletters`]: 'operator',
    [`GET ${at}/deadletters/{id}`]: 'operator',
    [`POST ${at}/deadletters/{id}/redrive`]: 'operator',
    [`POST ${at}/deadletters/{id}/discard`]: 'operator',
    [`GET ${at}/audit`]: 'operator',
  };
}

/** Roles that may call a route (`GET /v1/keys`), sorted, admin among them; undefined where the table does not know it. */
export function rolesOfRoute(route: string): AccessRole[] | undefined {
  const roles = TABLE[route]?.split(' ') as AccessRole[] | undefined;
  return roles && [...roles, 'admin' as const].sort();
}

export const ROUTES = Object.keys(TABLE);
