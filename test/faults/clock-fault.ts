import { existsSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client as Database } from 'pg';
import { type Client, clientOf } from '../../apps/assay/src/client';
import { runningServices } from '../../apps/assay/src/context';
import { ANNOTATION_EVENTS } from '../../libs/contracts/src/topics';
import { serviceUrl } from '../../libs/platform/src/postgres/service-url';
import { eventually } from '../support/eventually';
import { violationsIn } from '../support/work-crowd';
import { type Fault, sql } from './fault';
import { type FaultSystem } from './fault-system';
import { LABELS } from './load';

const FAKETIME = '/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1';
const HOUR = 3_600_000;
/** Paths that a service with a clock of its own answers. */
const SKEWED = { assignment: '/v1/ops/assignment/accounting', scoring: '/v1/ops/scoring/accounting' } as const;
/** How long a worker has for an item, and how far what is measured of it may be off. */
const LEASE_MS = 6_000;
const TOLERANCE_MS = 3_000;

/** Leases go by the database's clock, whatever that of the process says. */
export const CLOCK_SKEW: Fault = {
  name: 'clock of assignment and scoring two hours ahead, then at once two hours behind; workers are given work meanwhile',
  holds: 'I1',
  needs: () => (existsSync(FAKETIME) ? undefined : `${FAKETIME} (Debian: faketime)`),
  happen: async (system, load) => {
    const folder = mkdtempSync(join(tmpdir(), 'assay-clock-'));
    const clock = join(folder, 'clock');
    writeFileSync(clock, '+2h');
    for (const service of ['assignment', 'scoring'] as const) {
      for (const one of system.services.of(service)) await system.services.end(one, 'SIGTERM');
      await system.services.start(service, {
        LD_PRELOAD: FAKETIME,
        FAKETIME_TIMESTAMP_FILE: clock,
        FAKETIME_NO_CACHE: '1',
        FAKETIME_DONT_FAKE_MONOTONIC: '1',
      });
    }
    await load.prepare();
    const sending = load.send({ size: 10, pause: 200 });
    await isOffBy(system, 2 * HOUR);
    await givesWork(system, `${load.project}-ahead`);
    writeFileSync(`${clock}.new`, '-2h');
    renameSync(`${clock}.new`, clock);
    await isOffBy(system, -2 * HOUR);
    await givesWork(system, `${load.project}-behind`);
    await sending;
    await system.untilRead(ANNOTATION_EVENTS.name, ['gold', 'scoring', 'assignment']);
    rmSync(folder, { recursive: true });
  },
};

/** Waits until the services themselves take that for the time. */
async function isOffBy(system: FaultSystem, milliseconds: number): Promise<void> {
  for (const [service, path] of Object.entries(SKEWED)) {
    let off = NaN;
    const isOff = async () => {
      const { headers } = await system.services.fetch(path);
      off = Date.parse(headers.get('date')!) - Date.now();
      return Math.abs(off - milliseconds) < TOLERANCE_MS;
    };
    await eventually(isOff, () => `the clock of ${service} to be off by ${milliseconds} ms; it is by ${off}`);
  }
}

/** One item that one worker is to label: who takes it has it until the deadline, and then it is another's, who hands it in. */
async function givesWork(system: FaultSystem, project: string): Promise<void> {
  const { client } = system.services;
  await client.write('PUT', `/v1/projects/${project}`, {
    questions: [{ name: 'label', labels: LABELS }],
    policy: { minOverlap: 1, maxOverlap: 1, assignment: { minutes: LEASE_MS / 60_000 } },
  });
  await client.writeLines(`/v1/items/${project}`, [{ item: 'only', data: {} }]);
  const [first, second] = [await worker(system, project, 'first'), await worker(system, project, 'second')];
  const given = await getsWork(first, project);
  const issued = Date.now();
  const off = Date.parse(given.deadline) - issued - LEASE_MS;
  if (Math.abs(off) > TOLERANCE_MS) throw new Error(`I1: a deadline is off by ${off} ms`);
  const again = await getsWork(second, project);
  const waited = Date.now() - issued;
  if (waited < LEASE_MS - TOLERANCE_MS) throw new Error(`I1: another was given the item ${waited} ms after the first`);
  const handedIn = { id: again.assignment, item: again.item, label: LABELS[0], assignment: again.token };
  await second.write('POST', `/v1/annotations/${project}`, handedIn);
  const ends = async () => {
    const rows = await sql<{ status: string }>(
      system,
      `select status from assignment.assignment where project = '${project}' order by issued_at`,
    );
    return rows.map(({ status }) => status).join() === 'expired,completed';
  };
  await eventually(ends, `${project} to have a lease that expired and one that was completed (I1)`, 30_000);
  await hasNoViolation(system);
}

async function worker({ services }: FaultSystem, project: string, name: string): Promise<Client> {
  const path = `/v1/sources/${project}/workers/${name}`;
  const { worker } = await services.client.write<{ worker: string }>('PUT', path, {});
  const wish = { holder: `${project}-${name}`, role: 'worker', projects: [project], worker };
  const { secret } = await services.client.write<{ secret: string }>('POST', '/v1/keys', wish);
  const running = runningServices(services.dataDir);
  return clientOf(running[0]!.url, secret, running);
}

/** Asks until there is work: what was just made is not known everywhere yet, and what another has in hand is not offered. */
async function getsWork(client: Client, project: string): Promise<Given> {
  let seen: unknown;
  return eventually(
    () => client.write<Given | undefined>('POST', `/v1/assignments/${project}`).catch((error) => void (seen = error)),
    () => `work of ${project} (I1); last error: ${String(seen)}`,
    30_000,
  );
}

async function hasNoViolation({ services }: FaultSystem): Promise<void> {
  const database = new Database(serviceUrl(services.postgres.adminUrl, 'assignment'));
  await database.connect();
  try {
    const violations = await violationsIn(database, 1);
    if (violations.length > 0) throw new Error(`I1: ${violations.join('; ')}`);
  } finally {
    await database.end();
  }
}

interface Given {
  assignment: string;
  token: string;
  item: string;
  deadline: string;
}
