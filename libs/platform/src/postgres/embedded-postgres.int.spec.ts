import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Client } from 'pg';
import { eventually } from '../../../../test/support/eventually';
import { startProgram, type Program } from '../../../../test/support/program';
import { PostgresEventLog } from '../event-log/postgres-event-log';
import { provision } from './provision';
import { serviceUrl } from './service-url';
import { removeEmbeddedPostgres, startEmbeddedPostgres } from './embedded-postgres';

const isRoot = process.getuid?.() === 0;
const isLinux = process.platform === 'linux';

describe('startEmbeddedPostgres', () => {
  let pristine: string;
  let folder: string;
  let dataDir: string;
  const programs: Program[] = [];

  beforeAll(async () => {
    pristine = join(openFolder(), 'data');
    await (await startEmbeddedPostgres({ dataDir: pristine })).stop();
  });
  beforeEach(() => {
    folder = openFolder();
    dataDir = join(folder, 'data');
    execFileSync('cp', ['-a', pristine, dataDir]);
  });
  afterEach(async () => {
    for (const program of programs.splice(0)) await program.kill();
    // Whoever was killed has left PostgreSQL to its watcher: the next one takes over, and ends it.
    await (await startEmbeddedPostgres({ dataDir })).stop();
    removeEmbeddedPostgres(dataDir);
    rmSync(folder, { recursive: true, force: true });
  });
  afterAll(() => rmSync(dirname(pristine), { recursive: true, force: true }));

  /** PostgreSQL held by a process that can be killed. */
  async function held(): Promise<{ program: Program; pid: number; url: string }> {
    const program = startProgram('embedded-postgres-holder.ts', [dataDir]);
    programs.push(program);
    const [, pid, url] = (await program.line(/^up /)).split(' ');
    return { program, pid: Number(pid), url: url! };
  }

  async function query(url: string, statement: string): Promise<Record<string, unknown>[]> {
    const client = new Client(url.replace(/\/assay$/, '/postgres'));
    client.on('error', () => undefined); // PostgreSQL is killed under it.
    await client.connect();
    try {
      return (await client.query(statement)).rows as Record<string, unknown>[];
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  it('starts a durable UTF-8 database that sorts by bytes, on loopback alone', async () => {
    const postgres = await startEmbeddedPostgres({ dataDir });
    try {
      const [row] = await query(
        postgres.adminUrl,
        `select current_setting('fsync') as fsync, current_setting('full_page_writes') as pages,
                current_setting('listen_addresses') as addresses, current_setting('server_encoding') as encoding,
                datcollate as collation, 'Z' < 'a' as bytes
         from pg_database where datname = current_database()`,
      );
      expect(row).toEqual({
        fsync: 'on',
        pages: 'on',
        addresses: '127.0.0.1',
        encoding: 'UTF8',
        collation: 'C',
        bytes: true,
      });
    } finally {
      await postgres.stop();
    }
  });

  it('keeps a password of its own that only its owner can read, and lets nobody in without', async () => {
    const postgres = await startEmbeddedPostgres({ dataDir });
    try {
      const file = join(dataDir, 'postgres', 'password');
      expect(statSync(file).mode & 0o777).toBe(0o600);
      expect(readFileSync(file, 'utf8')).toHaveLength(32);
      const url = new URL(postgres.adminUrl);
      url.password = 'password';
      await expect(query(url.href, 'select 1')).rejects.toThrow('password authentication failed');
    } finally {
      await postgres.stop();
    }
  });

  it('keeps its data and its password when it is stopped and started', async () => {
    const first = await startEmbeddedPostgres({ dataDir });
    await query(first.adminUrl, 'create table kept as select 1 as one');
    await first.stop();
    const second = await startEmbeddedPostgres({ dataDir });
    try {
      expect(new URL(second.adminUrl).password).toBe(new URL(first.adminUrl).password);
      expect(await query(second.adminUrl, 'select * from kept')).toEqual([{ one: 1 }]);
    } finally {
      await second.stop();
    }
  });

  it('installs no signal handler in its process', async () => {
    const before = ['SIGINT', 'SIGTERM', 'SIGHUP', 'exit', 'beforeExit'].map((name) => process.listenerCount(name));
    const postgres = await startEmbeddedPostgres({ dataDir });
    await postgres.stop();
    const after = ['SIGINT', 'SIGTERM', 'SIGHUP', 'exit', 'beforeExit'].map((name) => process.listenerCount(name));
    expect(after).toEqual(before);
  });

  it('refuses a folder that another process has, by folder and pid', async () => {
    const { program } = await held();
    await expect(startEmbeddedPostgres({ dataDir })).rejects.toThrow(
      `data folder ${realpathSync(dataDir)}/postgres is in use by process ${program.pid}: expected a folder of one's own`,
    );
  });

  it('refuses a folder that this process has already', async () => {
    const postgres = await startEmbeddedPostgres({ dataDir });
    await expect(startEmbeddedPostgres({ dataDir })).rejects.toThrow(`in use by process ${process.pid}`);
    await postgres.stop();
  });

  it('lets one of three that start at the same time have a new folder', async () => {
    removeEmbeddedPostgres(dataDir);
    const started = Array.from({ length: 3 }, () => startProgram('embedded-postgres-holder.ts', [dataDir]));
    programs.push(...started);
    await Promise.all(started.map((program) => program.line(/^up |in use by process/)));
    expect(started.flatMap(({ lines }) => lines).filter((line) => line.startsWith('up '))).toHaveLength(1);
  });

  it('ends PostgreSQL when its process is killed', async () => {
    const { program, pid } = await held();
    await program.kill();
    await eventually(() => !isAlive(pid), `the end of PostgreSQL ${pid}`);
  });

  it.each([
    ['its process is killed', ['program']],
    ['PostgreSQL is killed', ['postgres']],
    ['both are killed', ['program', 'postgres']],
    ['both are killed, PostgreSQL first', ['postgres', 'program']],
  ])('keeps what was committed when %s', async (_what, order) => {
    const { program, pid, url } = await held();
    await query(url, 'create table kept (one int)');
    await query(url, 'insert into kept select generate_series(1, 1000)');
    for (const victim of order) {
      if (victim === 'program') await program.kill();
      else process.kill(pid, 'SIGKILL');
    }
    if (!order.includes('program')) await program.kill();
    const next = await startEmbeddedPostgres({ dataDir });
    try {
      expect(await query(next.adminUrl, 'select count(*)::int as count from kept')).toEqual([{ count: 1000 }]);
    } finally {
      await next.stop();
    }
  });

  it('starts PostgreSQL again that was killed, and keeps every append that was acknowledged', async () => {
    const said: string[] = [];
    const postgres = await startEmbeddedPostgres({ dataDir, say: (line) => said.push(line) });
    await provision(postgres.adminUrl, []);
    const log = new PostgresEventLog(serviceUrl(postgres.adminUrl, 'event_log'));
    await log.createTopics([{ name: 'topic', partitions: 1, compacted: false }]);
    const appended: number[] = [];
    const delivered: number[] = [];
    await log.subscribe({
      group: 'group',
      topics: ['topic'],
      positions: () => Promise.resolve(new Map([['topic', (delivered.at(-1) ?? -1) + 1]])),
      eachBatch: (batch) => Promise.resolve(void delivered.push(...batch.records.map(({ offset }) => offset))),
      onCrash: (error) => said.push(error.message),
    });
    try {
      const record = { topic: 'topic', partition: 0, key: '', headers: {}, value: null };
      const killed = postgres.pid();
      while (appended.length < 400) {
        if (appended.length === 200) kill(killed);
        const [range] = await eventually(() => log.append([record]).catch(() => undefined), 'an append that succeeds');
        appended.push(range!.firstOffset);
      }
      const { end } = (await log.offsets('topic'))[0]!;
      await eventually(
        () => delivered.length === end,
        () => `${end} records, not ${delivered.length}: ${said.join()}`,
      );
      expect(new Set(appended).size).toBe(400);
      expect(delivered).toEqual(Array.from({ length: end }, (_none, offset) => offset));
      expect(appended.every((offset) => offset < end)).toBe(true);
      expect(said).toEqual([`PostgreSQL ${killed} ended by itself; ${realpathSync(dataDir)}/postgres/log may say why`]);
    } finally {
      await log.close();
      await postgres.stop();
    }
  });

  it('gives PostgreSQL up that ends as soon as it is started again', async () => {
    const postgres = await startEmbeddedPostgres({ dataDir });
    const first = postgres.pid();
    kill(first);
    await eventually(() => postgres.pid() !== first, 'the second PostgreSQL');
    kill(postgres.pid());
    await postgres.ended;
    await postgres.stop();
    await expect(query(postgres.adminUrl, 'select 1')).rejects.toThrow('ECONNREFUSED');
  });

  (isLinux ? it : it.skip)(
    'takes over a PostgreSQL that runs on although everything around it was killed',
    async () => {
      const { program, pid, url } = await held();
      await query(url, 'create table kept as select 1 as one');
      process.kill(watcherOf(pid), 'SIGKILL');
      await program.kill();
      expect(isAlive(pid)).toBe(true);
      const next = await startEmbeddedPostgres({ dataDir });
      try {
        expect(isAlive(pid)).toBe(false);
        expect(await query(next.adminUrl, 'select * from kept')).toEqual([{ one: 1 }]);
      } finally {
        await next.stop();
      }
    },
  );

  it('starts although the files of a killed one name processes that are others by now', async () => {
    await (await startEmbeddedPostgres({ dataDir })).stop();
    const cluster = join(dataDir, 'postgres', 'cluster');
    // This very process: alive, and neither PostgreSQL nor of that start.
    writeFileSync(join(cluster, 'postmaster.pid'), `${process.pid}\n${cluster}\n1\n5432\n\n127.0.0.1\n\nready\n`);
    writeFileSync(join(dataDir, 'postgres', 'owner'), JSON.stringify({ pid: process.pid, started: '1' }));
    await (await startEmbeddedPostgres({ dataDir })).stop();
  });

  it('makes a cluster anew whose making was cut short', async () => {
    removeEmbeddedPostgres(dataDir);
    mkdirSync(join(dataDir, 'postgres', 'cluster.new', 'base'), { recursive: true });
    writeFileSync(join(dataDir, 'postgres', 'cluster.new', 'PG_VERSION'), '18\n');
    const postgres = await startEmbeddedPostgres({ dataDir });
    expect(await query(postgres.adminUrl, 'select 1 as one')).toEqual([{ one: 1 }]);
    await postgres.stop();
  });

  (isRoot ? it : it.skip)('says that a cluster has come to where the lent user cannot reach it', async () => {
    chmodSync(folder, 0o700);
    await expect(startEmbeddedPostgres({ dataDir })).rejects.toThrow(
      `cannot reach ${dataDir}/postgres/cluster: expected its owner, and folders that it may enter`,
    );
    chmodSync(folder, 0o755);
  });

  (isRoot ? it : it.skip)(
    'keeps the cluster elsewhere, and says so once, where the lent user cannot reach the folder',
    async () => {
      removeEmbeddedPostgres(dataDir);
      chmodSync(folder, 0o700);
      const said: string[] = [];
      const first = await startEmbeddedPostgres({ dataDir, say: (line) => said.push(line) });
      await query(first.adminUrl, 'create table kept as select 1 as one');
      await first.stop();
      const elsewhere = dirname(realpathSync(join(dataDir, 'postgres', 'cluster')));
      expect(said).toEqual([
        expect.stringMatching(`^user .* cannot reach ${dataDir}/postgres: the data of PostgreSQL is in ${elsewhere}$`),
      ]);
      expect(lstatSync(elsewhere).mode & 0o777).toBe(0o700);
      const second = await startEmbeddedPostgres({ dataDir, say: (line) => said.push(line) });
      expect(await query(second.adminUrl, 'select * from kept')).toEqual([{ one: 1 }]);
      await second.stop();
      expect(said).toHaveLength(1);
      removeEmbeddedPostgres(dataDir);
      expect(existsSync(elsewhere)).toBe(false);
    },
  );
});

/** A new folder that every user can look into: root lends PostgreSQL another. */
function openFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'assay-embedded-'));
  chmodSync(folder, 0o755);
  return folder;
}

/** kill -9, also of one that has just gone. */
function kill(pid: number): void {
  if (isAlive(pid)) process.kill(pid, 'SIGKILL');
}

function isAlive(pid: number): boolean {
  const state = statOf(pid)[0];
  return state !== undefined && state !== 'Z';
}

/** What Linux says of a process, from its state on; nothing of one that is not there. */
function statOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').pop()!.split(' ');
  } catch {
    return [];
  }
}

/** The shell that waits for the end of PostgreSQL's starter: it is left behind in the session that PostgreSQL leads. */
function watcherOf(postgres: number): number {
  const watcher = readdirSync('/proc')
    .map(Number)
    .find((pid) => pid !== postgres && statOf(pid)[3] === String(postgres));
  if (!watcher) throw new Error(`nobody watches PostgreSQL ${postgres}`);
  return watcher;
}
