import { spawnSync } from 'node:child_process';
import { chmodSync, lstatSync, mkdirSync, readFileSync, statSync } from 'node:fs';

/** The system user that PostgreSQL runs as. */
export interface PostgresUser {
  name: string;
  uid: number;
  gid: number;
}

/**
 * Whom PostgreSQL is to run as: it refuses root, so that root must lend it another user. That is the owner of the cluster where
 * there is one, else `postgres`, else `nobody`, else any other that /etc/passwd names: initdb wants a name, and a machine's list of
 * users is not ours to change.
 * @returns undefined where this process is no root: PostgreSQL then runs as its own user.
 */
export function postgresUser(cluster: string): PostgresUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const users = systemUsers();
  const owner = statSync(cluster, { throwIfNoEntry: false });
  if (owner && owner.uid !== 0)
    return users.find((user) => user.uid === owner.uid) ?? { name: `uid ${owner.uid}`, uid: owner.uid, gid: owner.gid };
  const unprivileged = users.filter((user) => user.uid > 0 && user.gid > 0);
  const user =
    unprivileged.find(({ name }) => name === 'postgres') ??
    unprivileged.find(({ name }) => name === 'nobody') ??
    unprivileged[0];
  if (!user) throw new Error('PostgreSQL does not run as root: expected a user besides root in /etc/passwd');
  return user;
}

function systemUsers(): PostgresUser[] {
  return readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .map(([name = '', , uid, gid]) => ({ name, uid: Number(uid), gid: Number(gid) }))
    .filter(({ name, uid, gid }) => name !== '' && Number.isInteger(uid) && Number.isInteger(gid));
}

/**
 * Whether that user can read what stands there: every folder above it counts.
 * @throws Error where root is not allowed to become that user (a container without CAP_SETUID).
 */
export function canReach(user: PostgresUser | undefined, path: string): boolean {
  const { status, error } = spawnSync('/bin/sh', ['-c', 'test -r "$0" && test -x "$0"', path], {
    ...(user && { uid: user.uid, gid: user.gid }),
    cwd: '/',
    stdio: 'ignore',
  });
  if (error)
    throw new Error(`cannot run programs as user ${user?.name}: expected CAP_SETUID, or ASSAY_DATABASE_URL`, {
      cause: error,
    });
  return status === 0;
}

const reachablePlaces = ['/var/lib/assay', '/var/tmp/assay'];

/**
 * A folder of root's that every user can reach, for what a clone or a data folder below /root cannot hold.
 * @throws Error naming the places that were tried.
 */
export function reachableFolder(user: PostgresUser): string {
  for (const folder of reachablePlaces) {
    try {
      mkdirSync(folder, { recursive: true });
      // Not a link, not another's: what root starts must not be exchangeable by others.
      if (!lstatSync(folder).isDirectory() || lstatSync(folder).uid !== 0) continue;
      chmodSync(folder, 0o755);
    } catch {
      continue; // A read-only file system, for one: the next place.
    }
    if (canReach(user, folder)) return folder;
  }
  throw new Error(`user ${user.name} reaches neither the data folder nor ${reachablePlaces.join(' nor ')}`);
}
