import { Client as Database } from 'pg';
import { READERS } from '../../apps/assay/src/settle';
import { eventually } from '../support/eventually';
import { type Fault, sql } from './fault';
import { type FaultSystem } from './fault-system';
import { EVENTS } from './load';

/** Topics have no order among them: annotations wait for what they belong to. */
export const PROJECT_LATE: Fault = {
  name: 'project and gold are heard of after all annotations, revisions and retractions, which wait for them',
  holds: 'I1 I2',
  happen: async (system, load) => {
    const held = await holdProjects(system);
    try {
      await load.define();
      await load.send();
      for (const service of READERS) await untilParked(system, service, load.project);
    } finally {
      await held.end();
    }
    await load.tellGold();
  },
};

/** Nobody can apply what is said of projects until that ends. */
async function holdProjects(system: FaultSystem): Promise<{ end(): Promise<void> }> {
  const database = new Database(system.services.postgres.adminUrl);
  await database.connect();
  await database.query('begin');
  for (const service of READERS)
    await database.query(`select 1 from ${service}.lane where kind = 'project' order by partition for update`);
  return { end: () => database.end() };
}

async function untilParked(system: FaultSystem, service: string, project: string): Promise<void> {
  let parked = 0;
  const areMost = async () => {
    const statement = `select count(*)::int as parked from ${service}.parked where project = '${project}'`;
    parked = (await sql<{ parked: number }>(system, statement))[0]!.parked;
    // Those of the partition whose project is not applied are not read.
    return parked > EVENTS.length / 2;
  };
  await eventually(areMost, () => `${service} to let most annotations wait (I2); ${parked} do`, 60_000);
}
