import { spawnSync } from 'node:child_process';
import { chownSync, mkdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type PostgresBinaries } from './postgres-binaries';
import { type PostgresUser } from './postgres-user';

/** One cluster: its data, whom it runs as, where it says what happens to it. */
export interface Cluster {
  binaries: PostgresBinaries;
  user: PostgresUser | undefined;
  /** PostgreSQL's data folder. */
  data: string;
  log: string;
  /** What PostgreSQL is set to, over what is fit for a laptop. */
  settings?: Readonly<Record<string, string>>;
}

/** What PostgreSQL finds in its environment. Nothing of ours: PGPORT, PGDATA and LC_ALL would each change what starts. */
export const environment = { LC_ALL: 'C', PATH: '/usr/bin:/bin', TZ: 'UTC' };

/** The superuser of an embedded cluster. */
export const ADMIN = 'assay_admin';

/** Makes a cluster where there is none; one cut short by a kill is made anew. */
export function initCluster(cluster: Cluster, password: string): void {
  if (statSync(join(cluster.data, 'PG_VERSION'), { throwIfNoEntry: false })) return;
  const fresh = `${cluster.data}.new`;
  const passwordFile = `${cluster.data}.password`;
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh, { mode: 0o700 });
  rmSync(passwordFile, { force: true });
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (cluster.user) for (const path of [fresh, passwordFile]) chownSync(path, cluster.user.uid, cluster.user.gid);
  const flags = ['--encoding=UTF8', '--locale=C', '--auth=scram-sha-256', `--username=${ADMIN}`];
  const run = spawnSync(cluster.binaries.initdb, ['-D', fresh, `--pwfile=${passwordFile}`, ...flags], {
    ...credentials(cluster),
    cwd: '/',
    env: environment,
    encoding: 'utf8',
  });
  rmSync(passwordFile, { force: true });
  if (run.error)
    throw new Error(`cannot run ${cluster.binaries.initdb}: expected Linux with glibc, or macOS`, { cause: run.error });
  if (run.stderr.includes('could not look up effective user ID'))
    throw new Error(
      `uid ${process.getuid?.()} has no name: expected a line for it in /etc/passwd, or ASSAY_DATABASE_URL`,
    );
  if (run.status !== 0) throw new Error(`initdb in ${fresh} failed: ${run.stderr}`);
  renameSync(fresh, cluster.data);
}

/** Whom to run a program of PostgreSQL as, for `spawn`. */
export function credentials({ user }: Cluster): { uid?: number; gid?: number } {
  return user ? { uid: user.uid, gid: user.gid } : {};
}
