import { type AccessRole } from '@assay/contracts/access/access-role';
import { type FieldError, fieldError } from '@assay/contracts/field-error';
import { type KeyState } from './access-key.queries';
import { type Caller } from './caller';

/** What a key is to be for. */
export interface KeyRequest {
  holder: string;
  role: AccessRole;
  projects: readonly string[];
  worker?: string;
}

/** What became of a wish about keys. */
export type KeyDecision =
  | { type: 'kept'; state: KeyState }
  | { type: 'unchanged'; state: KeyState }
  | { type: 'invalid'; errors: FieldError[] }
  | { type: 'forbidden'; detail: string }
  | { type: 'conflict'; detail: string };

/** Live keys of one holder, at most: the old one and the one that takes its place. */
const MOST_LIVE = 2;

/**
 * A new key beside those that the holder has. A holder keeps role, projects and worker; only an admin makes admins, and nobody gives
 * projects that are not their own, as otherwise whoever may make keys could make themselves a better one.
 */
export function decideIssue(
  caller: Pick<Caller, 'role' | 'projects'>,
  request: KeyRequest,
  kept: { id: string; hash: string },
  held: readonly KeyState[],
  at: string,
): KeyDecision {
  const errors = checkRequest(request);
  if (errors.length > 0) return { type: 'invalid', errors };
  if (request.role === 'admin' && caller.role !== 'admin') {
    return { type: 'forbidden', detail: `role ${caller.role}: expected admin, to issue a key with the role admin` };
  }
  const beyond = projectsBeyond(caller, request.projects);
  if (beyond !== undefined) return { type: 'forbidden', detail: beyond };
  const live = held.filter((key) => key.revokedAt === undefined);
  if (live.length >= MOST_LIVE) {
    const names = live.map(({ key }) => key).join(' and ');
    return {
      type: 'conflict',
      detail: `holder ${request.holder} has the keys ${names}: expected one to be revoked first`,
    };
  }
  const differs = live.find((key) => rightsOf(key) !== rightsOf(request));
  if (differs !== undefined) {
    const detail = `holder ${request.holder} has key ${differs.key} with other rights: expected the same, or another holder`;
    return { type: 'conflict', detail };
  }
  const { holder, role, worker } = request;
  const rights = { role, projects: [...new Set(request.projects)].sort(), ...(worker === undefined ? {} : { worker }) };
  return {
    type: 'kept',
    state: { key: kept.id, holder, revision: 1, hash: kept.hash, ...rights, issuedAt: at },
  };
}

/** The key as it is once it is revoked. Twice is once. */
export function decideRevoke(caller: Pick<Caller, 'role' | 'projects'>, state: KeyState, at: string): KeyDecision {
  if (state.role === 'admin' && caller.role !== 'admin') {
    return { type: 'forbidden', detail: `role ${caller.role}: expected admin, to revoke a key with the role admin` };
  }
  const beyond = projectsBeyond(caller, state.projects);
  if (beyond !== undefined) return { type: 'forbidden', detail: beyond };
  if (state.revokedAt !== undefined) return { type: 'unchanged', state };
  return { type: 'kept', state: { ...state, revision: state.revision + 1, revokedAt: at } };
}

/** Why the projects of a key are not the caller's to give or to take; undefined where they are. */
function projectsBeyond({ projects: own }: Pick<Caller, 'projects'>, projects: readonly string[]): string | undefined {
  const beyond = projects.filter((project) => !own.includes('*') && !own.includes(project));
  return beyond.length === 0
    ? undefined
    : `projects ${beyond.join(', ')}: expected only those of the credential, ${own.join(', ')}`;
}

function checkRequest({ holder, role, projects, worker }: KeyRequest): FieldError[] {
  const errors: FieldError[] = [];
  // The holder of the first key: what is remembered of it by holder is nobody else's.
  if (holder === 'admin' && role !== 'admin') errors.push(fieldError('holder', holder, 'another name for this role'));
  if (projects.includes('*') && projects.length > 1)
    errors.push(fieldError('projects', [...projects], '* alone, or names'));
  const needsWorker = role === 'worker' || role === 'expert';
  if (needsWorker && worker === undefined) errors.push(fieldError('worker', worker, `the worker that this ${role} is`));
  if (!needsWorker && worker !== undefined) errors.push(fieldError('worker', worker, `nothing for the role ${role}`));
  return errors;
}

function rightsOf({ role, projects, worker }: Pick<KeyRequest, 'role' | 'projects' | 'worker'>): string {
  return JSON.stringify([role, [...new Set(projects)].sort(), worker ?? null]);
}
