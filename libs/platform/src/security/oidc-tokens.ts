import { createRemoteJWKSet, type JWTVerifyGetKey, type JWTPayload, jwtVerify } from 'jose';
import { ACCESS_ROLES, type AccessRole } from '@assay/contracts/access/access-role';
import { PROJECT_NAME } from '@assay/contracts/project/project-definition';
import { type Caller } from './caller';

/** Signatures with a private key of the issuer: never `none`, never a secret that could be the public key. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];

/** Claims of a token that say what its holder may do, beside `sub`. */
export const CLAIMS = { role: 'assay_role', projects: 'assay_projects', worker: 'assay_worker' } as const;

/** How far the issuer's clock may be from ours. */
const CLOCK_SECONDS = 30;

/** Knows callers by tokens (JWT) of one issuer. */
export class OidcTokens {
  /** @param keys finds the public key of a token; in production those that the issuer publishes. */
  constructor(
    private readonly issuer: string,
    private readonly audience: string,
    private readonly keys: JWTVerifyGetKey,
  ) {}

  /**
   * Whom a token is of. Undefined where it is not valid now, of this issuer and for this audience, or does not say role and projects as
   * they must be. Where keys are, and which, only the issuer's own configuration says: `jku`, `jwk` and `x5u` of a token are not looked at.
   */
  async callerOf(token: string): Promise<Caller | undefined> {
    try {
      const { payload } = await jwtVerify(token, this.keys, {
        issuer: this.issuer,
        audience: this.audience,
        algorithms: ALGORITHMS,
        clockTolerance: CLOCK_SECONDS,
        requiredClaims: ['sub', 'exp'],
      });
      return callerOfClaims(payload);
    } catch (error) {
      if (isRefusal(error)) return undefined;
      throw error;
    }
  }
}

/**
 * The keys that an issuer publishes, found by its discovery document when the first token comes, and fetched again when a token names
 * an unknown key (at most every 30 s) or they are ten minutes old.
 * @throws where the issuer cannot be reached, at the use of the key.
 */
export function publishedKeys(issuer: string): JWTVerifyGetKey {
  let keys: Promise<JWTVerifyGetKey> | undefined;
  return async (header, token) => {
    keys ??= discover(issuer).catch((error: unknown) => {
      keys = undefined;
      throw error;
    });
    return (await keys)(header, token);
  };
}

async function discover(issuer: string): Promise<JWTVerifyGetKey> {
  const answer = await fetch(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`, {
    signal: AbortSignal.timeout(5000),
    redirect: 'error',
  });
  const { jwks_uri: address, issuer: own } = (await answer.json()) as { jwks_uri?: unknown; issuer?: unknown };
  if (own !== issuer || typeof address !== 'string') {
    throw new Error(`configuration of OIDC issuer ${issuer}: expected its own name and jwks_uri`);
  }
  return createRemoteJWKSet(new URL(address), {
    cacheMaxAge: 600_000,
    cooldownDuration: 30_000,
    timeoutDuration: 5000,
  });
}

// jose's codes for what is wrong with a token. Its others are of the issuer: away, or publishing no keys.
const REFUSALS =
  /^ERR_(JWT_|JWS_|JOSE_ALG_NOT_ALLOWED|JOSE_NOT_SUPPORTED|JWKS_NO_MATCHING_KEY|JWKS_MULTIPLE_MATCHING_KEYS)/;

function isRefusal(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' && REFUSALS.test(code);
}

function callerOfClaims(payload: JWTPayload): Caller | undefined {
  const { [CLAIMS.role]: role, [CLAIMS.projects]: projects, [CLAIMS.worker]: worker } = payload;
  if (!ACCESS_ROLES.includes(role as AccessRole) || !areProjects(projects)) return undefined;
  const needsWorker = role === 'worker' || role === 'expert';
  if (needsWorker !== (typeof worker === 'string' && worker !== '')) return undefined;
  // Holders of keys have no colon in their names: nobody is taken for one.
  const holder = `oidc:${payload.sub}`;
  return {
    id: holder,
    holder,
    role: role as AccessRole,
    projects,
    ...(needsWorker ? { worker: worker as string } : {}),
  };
}

function areProjects(projects: unknown): projects is string[] {
  if (!Array.isArray(projects) || projects.length === 0) return false;
  if (projects.length === 1 && projects[0] === '*') return true;
  return projects.every((name) => typeof name === 'string' && PROJECT_NAME.test(name));
}
