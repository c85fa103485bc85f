import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync, readlinkSync, realpathSync, rmSync, statSync } from 'node:fs';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { UnusableFolder } from './folder-lock';
import { credentials, environment, type Cluster } from './postgres-cluster';

/** A running PostgreSQL. */
export interface PostgresProcess {
  pid: number;
  port: number;
  /** Settles when the process has ended, for whatever reason. */
  ended: Promise<void>;
  /** Ends it in order: what it holds is on disk. */
  stop(): Promise<void>;
}

/** Fit for a laptop. fsync and full_page_writes stay on: what a commit acknowledged survives a power cut. */
const settings = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '200',
  shared_buffers: '128MB',
  max_wal_size: '1GB',
  wal_level: 'minimal',
  max_wal_senders: '0',
  max_logical_replication_workers: '0',
  jit: 'off',
  huge_pages: 'off',
  // Docker gives /dev/shm 64 MB, which parallel plans would fill.
  max_parallel_workers_per_gather: '0',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_checkpoints: 'off',
};

// The shell becomes PostgreSQL; the process that it leaves behind waits for the pipe from us to close, which a kill -9 does as well,
// and then asks PostgreSQL to stop. A line on the pipe says that PostgreSQL has ended by itself: its pid may be another's by now.
const watched = `( ( read -r _ <&3 || kill -INT $$ ) & ); exec "$@" 3<&-`;

/**
 * Starts PostgreSQL on 127.0.0.1, in a session of its own, where Ctrl-C does not reach it. It ends with this process.
 * @param port the port that it had before; any that is free without it.
 * @throws UnusableFolder with the end of PostgreSQL's log where it does not come up.
 */
export async function startPostgres(cluster: Cluster, port?: number): Promise<PostgresProcess> {
  await stopOrphan(cluster);
  for (let attempt = 1; ; attempt++) {
    const started = statSync(cluster.log, { throwIfNoEntry: false })?.size ?? 0;
    const running = launch(cluster, port ?? (await freePort()));
    if (await isReady(cluster, running)) return running;
    const said = readFileSync(cluster.log).subarray(started).toString();
    // Another took the port meanwhile; or what a killed PostgreSQL left behind has not ended yet.
    const passes = /could not create any TCP\/IP sockets|shared memory block .* is still in use/.test(said);
    if (!passes || attempt === 50)
      throw new UnusableFolder(`PostgreSQL did not start on ${cluster.data}: ${said.slice(-2000)}`);
    await sleep(200);
  }
}

function launch(cluster: Cluster, port: number): PostgresProcess {
  const flags = Object.entries({ ...settings, ...cluster.settings, port }).flatMap(([name, value]) => [
    '-c',
    `${name}=${value}`,
  ]);
  const log = openSync(cluster.log, 'a', 0o600);
  const child = spawn('/bin/sh', ['-c', watched, 'sh', cluster.binaries.postgres, '-D', cluster.data, ...flags], {
    ...credentials(cluster),
    cwd: '/',
    env: environment,
    detached: true,
    stdio: ['ignore', log, log, 'pipe'],
  });
  closeSync(log);
  child.unref();
  const lifeline = child.stdio[3] as Socket;
  lifeline.unref();
  lifeline.on('error', () => undefined); // EPIPE where the watching process is gone as well.
  const ended = new Promise<void>((resolve) => {
    child.once('error', () => resolve());
    child.once('exit', () => {
      lifeline.end('\n');
      resolve();
    });
  });
  return { pid: child.pid ?? 0, port, ended, stop: () => stop(child, ended) };
}

/** Fast shutdown; a PostgreSQL that takes longer than half a minute is told to leave the rest to recovery. */
async function stop(child: ChildProcess, ended: Promise<void>): Promise<void> {
  child.kill('SIGINT'); // Does nothing to one that has ended: its pid may be another's.
  const impatience = setTimeout(() => child.kill('SIGQUIT'), 30_000);
  await ended;
  clearTimeout(impatience);
}

async function isReady(cluster: Cluster, running: PostgresProcess): Promise<boolean> {
  let isEnded = false;
  void running.ended.then(() => (isEnded = true));
  while (!isEnded) {
    const lines = postmasterFile(cluster.data);
    if (Number(lines[0]) === running.pid && lines[7]?.trim() === 'ready') return true;
    await sleep(10);
  }
  return false;
}

/** Ends a PostgreSQL whose starter was killed; the file of one that was killed itself is taken away: its pid may be another's now. */
async function stopOrphan(cluster: Cluster): Promise<void> {
  const pid = Number(postmasterFile(cluster.data)[0]);
  if (!pid) return;
  const isRunning = () => isPostgresOn(pid, cluster);
  if (isRunning()) signal(pid, 'SIGINT');
  for (let waited = 0; isRunning(); waited += 20) {
    if (waited === 30_000) signal(pid, 'SIGQUIT');
    if (waited === 60_000) throw new Error(`PostgreSQL ${pid} on ${cluster.data} does not end: expected it to stop`);
    await sleep(20);
  }
  rmSync(join(cluster.data, 'postmaster.pid'), { force: true });
}

/** Whether that process is the PostgreSQL of this cluster, which it shows by its working folder (Linux) or its command line. */
function isPostgresOn(pid: number, cluster: Cluster): boolean {
  try {
    if (process.platform === 'linux') return readlinkSync(`/proc/${pid}/cwd`) === realpathSync(cluster.data);
    return execFileSync('ps', ['-o', 'command=', '-p', String(pid)])
      .toString()
      .includes(cluster.data);
  } catch {
    return false;
  }
}

/** Lines of `postmaster.pid`: pid, data folder, start, port, socket folder, address, shared memory, state. */
function postmasterFile(data: string): string[] {
  try {
    return readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n');
  } catch {
    return [];
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
