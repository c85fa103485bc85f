import { Client, escapeIdentifier, type Pool } from 'pg';
import { type DataSource } from 'typeorm';
import { openDataSource } from '@assay/platform/postgres/data-source';
import { provision } from '@assay/platform/postgres/provision';
import { CreateCounting1, TABLES } from './counting-service';
import { SERVICE } from './member';

const definition = { name: SERVICE, migrations: [CreateCounting1], entities: [] } as const;

/** A database that one seed after the other runs in. */
export class SimulationDatabase {
  private constructor(
    readonly admin: Client,
    /** One pool a member. */
    readonly connections: readonly DataSource[],
  ) {}

  /** Makes the database, where it is not there. @param members how many instances of the service there are at once. */
  static async open(adminUrl: string, members: number): Promise<SimulationDatabase> {
    await provision(adminUrl, [definition]);
    const admin = new Client(adminUrl);
    await admin.connect();
    await admin.query(`set search_path = ${SERVICE}`);
    // Nothing crashes here: what is committed need not reach the disk.
    const [{ name }] = (await admin.query('select current_database() as name')).rows as [{ name: string }];
    await admin.query(`alter database ${escapeIdentifier(name)} set synchronous_commit = off`);
    const connections: DataSource[] = [];
    // Time is the schedule's: a statement that waits for its turn is not one that PostgreSQL does not answer.
    const forEver = 0;
    for (let member = 0; member < members; member++)
      connections.push(await openDataSource(adminUrl, definition, undefined, undefined, forEver));
    // A pool's own timers would be those of the seed's clock.
    for (const { driver } of connections) (driver as unknown as { master: Pool }).master.options.idleTimeoutMillis = 0;
    return new SimulationDatabase(admin, connections);
  }

  /** Removes what the last seed left. */
  async clear(): Promise<void> {
    const clearing = TABLES.map((table) => `delete from ${table};`).join('');
    await this.admin.query(`${clearing} update relay set owner = null, leased_until = now() - interval '1 day'`);
  }

  /** Whether a session waits for a lock that another holds. */
  readonly waitsForLock = async (pid: number): Promise<boolean> =>
    (await this.admin.query('select 1 from pg_locks where pid = $1 and not granted', [pid])).rows.length > 0;

  async rows<Row>(sql: string, parameters: unknown[] = []): Promise<Row[]> {
    return (await this.admin.query(sql, parameters)).rows as Row[];
  }

  async close(): Promise<void> {
    for (const one of this.connections) await one.destroy();
    await this.admin.end();
  }
}
