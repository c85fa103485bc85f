import { execFileSync } from 'node:child_process';
import { chmodSync, closeSync, chownSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Output } from '../../apps/assay/src/output';
import { settle } from '../../apps/assay/src/settle';
import { eventually } from '../support/eventually';
import { answers } from '../support/kafka-broker';
import { SERVICE_NAMES } from '../support/service-processes';
import { EVENTS, Load } from './load';
import { type Fault, sql } from './fault';
import { type FaultSystem } from './fault-system';

/** Room beside what the database takes when it moves in. */
const ROOM_MB = 64;

const SILENT = new Output('json', { color: false, quiet: true });

/** The tables of all services lie on a disk of their own, which another fills to the last block. */
export const DISK_FULL: Fault = {
  name: 'disk full: no block is left for the tables of any service; intake says 503 until there is room again',
  holds: 'I1 I2 I6 I8',
  needs: () => (mounts() ? undefined : 'root that may mount a tmpfs'),
  happen: async (system, load) => {
    const disk = mkdtempSync(join(tmpdir(), 'assay-disk-'));
    try {
      await moveOnto(system, disk);
      await load.prepare();
      // What fills up must not say again what may be lost.
      const other = new Load(`${load.project}-other`, 0, () => system.services.client);
      await other.prepare();
      const sending = load.send({ pause: 100 });
      await eventually(() => load.sent >= EVENTS.length / 4, 'a quarter of the load to be acknowledged', 60_000);
      fill(join(disk, 'filler'));
      try {
        await refused(system, other);
      } finally {
        rmSync(join(disk, 'filler'));
      }
      await sending;
      // Services that are started again would have healed by that.
      await settle(system.services.client, load.project, SILENT);
    } finally {
      await moveBack(system, disk);
    }
  },
};

/** Whether a file system in memory can be mounted here. */
function mounts(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'assay-disk-'));
  try {
    if (!answers('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder])) return false;
    execFileSync('umount', [folder]);
    return true;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function moveOnto(system: FaultSystem, disk: string): Promise<void> {
  const { postgres } = system.services;
  const size = Math.ceil((await databaseBytes(system)) / 1_048_576) + ROOM_MB;
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}m`, 'tmpfs', disk]);
  const owner = statSync(`/proc/${postgres.pid()}`);
  chownSync(disk, owner.uid, owner.gid);
  chmodSync(disk, 0o700);
  await sql(system, `create tablespace small location '${disk}/'`, 'postgres');
  await betweenServices(system, 'small');
}

async function moveBack(system: FaultSystem, disk: string): Promise<void> {
  await betweenServices(system, 'pg_default');
  await sql(system, 'drop tablespace small', 'postgres');
  execFileSync('umount', [disk]);
  rmSync(disk, { recursive: true });
}

/** A database moves while nobody uses it. */
async function betweenServices(system: FaultSystem, tablespace: string): Promise<void> {
  const { services } = system;
  for (const service of SERVICE_NAMES) for (const one of services.of(service)) await services.end(one, 'SIGTERM');
  await sql(system, `alter database assay set tablespace ${tablespace}`, 'postgres');
  await services.startMissing();
}

async function databaseBytes(system: FaultSystem): Promise<number> {
  const [row] = await sql<{ bytes: string }>(system, `select pg_database_size('assay') as bytes`);
  return Number(row!.bytes);
}

/** Takes every block that is left. */
function fill(file: string): void {
  const filler = openSync(file, 'w');
  try {
    for (const size of [1_048_576, 4_096]) {
      const bytes = Buffer.alloc(size);
      try {
        for (;;) writeSync(filler, bytes);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      }
    }
  } finally {
    closeSync(filler);
  }
}

/** Sends, again and again, until intake refuses for want of room, and looks how it says so. */
async function refused({ services }: FaultSystem, { project }: Load): Promise<void> {
  const headers = { 'content-type': 'application/x-ndjson' };
  let at = 0;
  const answer = await eventually(
    async () => {
      const lines = Array.from({ length: 40 }, () => EVENTS[at++ % EVENTS.length]);
      const body = lines.map((line) => JSON.stringify(line)).join('\n');
      const said = await services.fetch(`/v1/annotations/${project}`, { method: 'POST', body, headers });
      return said.ok ? undefined : said;
    },
    'intake to refuse what it cannot keep',
    60_000,
  );
  const { code } = (await answer.json()) as { code?: string };
  const seen = [answer.status, answer.headers.get('content-type'), code].join(' ');
  if (seen !== '503 application/problem+json unavailable')
    throw new Error(`intake without room says ${seen}; expected 503 application/problem+json unavailable`);
}
