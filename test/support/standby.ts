import { execFileSync } from 'node:child_process';
import { appendFileSync, chownSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../libs/platform/src/postgres/embedded-postgres';
import { dataFolder } from './assay';
import { eventually } from './eventually';
import { TcpProxy } from './tcp-proxy';

/** Settings of a PostgreSQL that others may follow. */
export const FOLLOWED = { wal_level: 'replica', max_wal_senders: '4', wal_keep_size: '512MB' };

/** A PostgreSQL that follows another by streaming, until it takes its place. */
export interface Standby {
  postgres: EmbeddedPostgres;
  /** Waits until it has everything that the other has committed by now. */
  catchUp(): Promise<void>;
  /** The line between them is cut: what the other commits from here on it never hears of. */
  leave(): Promise<void>;
  /** Makes it one that can be written to. */
  promote(): Promise<void>;
  /** Ends it and removes its data. */
  stop(): Promise<void>;
}

/** Copies a running PostgreSQL that was started with `FOLLOWED`, by the low-level API for backups, and lets the copy follow it. */
export async function startStandby(primary: EmbeddedPostgres): Promise<Standby> {
  const folder = dataFolder();
  const url = new URL(primary.adminUrl);
  const line = await TcpProxy.start(Number(url.port));
  await copyCluster(primary.adminUrl, join(folder.path, 'postgres'), line.port);
  const postgres = await startEmbeddedPostgres({ dataDir: folder.path, settings: FOLLOWED });
  const ask = (statement: string, of = postgres) => rowOf(of.adminUrl, statement);
  return {
    postgres,
    catchUp: async () => {
      const { at } = await ask('select pg_current_wal_lsn() as at', primary);
      const isThere = async () => (await ask(`select pg_last_wal_replay_lsn() >= '${at}' as is_there`))['is_there'];
      await eventually(isThere, `the standby to replay ${at}`);
    },
    leave: () => line.stop(),
    promote: async () => void (await ask('select pg_promote()')),
    stop: async () => {
      await postgres.stop();
      await line.stop();
      folder.remove();
    },
  };
}

async function copyCluster(adminUrl: string, to: string, port: number): Promise<void> {
  const { username, password } = new URL(adminUrl);
  const client = new Client(adminUrl);
  await client.connect();
  try {
    const { rows } = await client.query<{ data_directory: string }>('show data_directory');
    const from = rows[0]!.data_directory;
    // The backup belongs to the session that began it.
    await client.query(`select pg_backup_start('standby', true)`);
    mkdirSync(to, { mode: 0o755 });
    const { uid, gid } = statSync(from);
    // Files that go meanwhile are no longer needed: the log of what was written says so.
    execFileSync('sh', ['-c', 'cp -a "$0" "$1" 2>/dev/null || true', from, join(to, 'cluster')]);
    const cluster = join(to, 'cluster');
    execFileSync('sh', ['-c', 'rm -rf "$0"/postmaster.pid "$0"/pg_wal/* "$0"/pg_replslot/*', cluster]);
    const { rows: stopped } = await client.query<{ labelfile: string }>('select labelfile from pg_backup_stop(false)');
    const files = { backup_label: stopped[0]!.labelfile, 'standby.signal': '' };
    for (const [name, content] of Object.entries(files)) {
      writeFileSync(join(cluster, name), content, { mode: 0o600 });
      chownSync(join(cluster, name), uid, gid);
    }
    const conninfo = `host=127.0.0.1 port=${port} user=${username} password=${password}`;
    appendFileSync(join(cluster, 'postgresql.auto.conf'), `primary_conninfo = '${conninfo}'\n`);
    writeFileSync(join(to, 'password'), password, { mode: 0o600 });
  } finally {
    await client.end();
  }
}

async function rowOf(url: string, statement: string): Promise<Record<string, unknown>> {
  const client = new Client(url);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(statement)).rows[0]!;
  } finally {
    await client.end();
  }
}
