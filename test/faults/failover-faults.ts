import { ANNOTATION_EVENTS, RELIABILITY } from '../../libs/contracts/src/topics';
import { Output } from '../../apps/assay/src/output';
import { settle } from '../../apps/assay/src/settle';
import { eventually } from '../support/eventually';
import { killTree } from '../support/process-tree';
import { startStandby, type Standby } from '../support/standby';
import { type Fault, sql } from './fault';
import { type FaultSystem } from './fault-system';
import { EVENTS, type Load } from './load';

const SILENT = new Output('json', { color: false, quiet: true });

/** PostgreSQL is lost, and what takes its place does not have all that it had committed. */
export const FAILOVER_FAULTS: readonly Fault[] = [
  {
    name: 'failover that lost the tail: half of what was acknowledged and decided is on the log and in no database; tools send again',
    holds: 'I1 I3',
    isAlone: true,
    happen: (system, load) =>
      losingTail(system, load, async () => {
        await settle(system.services.client, load.project, SILENT);
      }),
  },
  {
    name: 'failover that lost the tail, whose fits had read less than all of it',
    holds: 'I1 I3',
    isAlone: true,
    happen: (system, load) =>
      losingTail(system, load, async () => {
        await load.askForFit();
        await system.untilRead(ANNOTATION_EVENTS.name, ['consensus', 'gold', 'scoring', 'assignment']);
        await system.untilRead(RELIABILITY.name, ['consensus']);
      }),
  },
];

/** @param before what is still done by what will be lost. */
async function losingTail(system: FaultSystem, load: Load, before: () => Promise<void>): Promise<string> {
  const standby = await startStandby(system.services.postgres);
  await load.prepare();
  const sending = load.send({ pause: 100 });
  await eventually(() => load.sent >= EVENTS.length / 2, 'half of the load to be acknowledged', 60_000);
  await standby.catchUp();
  await standby.leave();
  // Under a policy of which only the lost database and the log will have heard.
  await load.define({ minOverlap: 6, maxOverlap: 6 });
  await sending;
  await before();
  await failOver(system, standby);
  const lost = await lostBy(system, load.project);
  await load.prepare();
  await load.inAnotherOrder(1).send();
  return `${lost} of ${EVENTS.length} acknowledged annotations were lost`;
}

async function lostBy(system: FaultSystem, project: string): Promise<number> {
  const [{ kept } = { kept: 0 }] = await sql<{ kept: number }>(
    system,
    `select count(*)::int as kept from ingestion.annotation where project = '${project}'`,
  );
  if (kept === EVENTS.length)
    throw new Error('the standby has all that was acknowledged, expected it to lack the tail');
  return EVENTS.length - kept;
}

async function failOver({ services, postgresLine }: FaultSystem, standby: Standby): Promise<void> {
  killTree(services.postgres.pid());
  // It would be started again, and nobody is to reach it any more.
  postgresLine.cut();
  await services.postgres.stop();
  await standby.promote();
  services.failOver({ ...standby.postgres, stop: standby.stop });
  postgresLine.target = Number(new URL(standby.postgres.adminUrl).port);
  postgresLine.open();
}
