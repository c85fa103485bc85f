import { ANNOTATION_EVENTS, RELIABILITY } from '../../libs/contracts/src/topics';
import { Output } from '../../apps/assay/src/output';
import { settle } from '../../apps/assay/src/settle';
import { eventually } from '../support/eventually';
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
async function losingTail(system: FaultSystem, load: Load, before: () => Promise<void>): Promise<void> {
  const standby = await startStandby(system.services.postgres);
  await load.prepare();
  const sending = load.send({ pause: 100 });
  await eventually(() => load.sent >= EVENTS.length / 2, 'half of the load to be acknowledged', 60_000);
  await standby.catchUp();
  await standby.leave();
  await sending;
  await before();
  await failOver(system, standby);
  await load.inAnotherOrder(1).send();
  await settle(system.services.client, load.project, SILENT);
  await sameBelief(system, load.project);
}

/** What assignment gives out work by is what consensus believes: neither holds on to what only the lost database had said. */
async function sameBelief(system: FaultSystem, project: string): Promise<void> {
  const differing = await sql<{ item: string }>(
    system,
    `select c.item, c.version, w.decided_version, c.state, w.state as known from consensus.item c left join assignment.work w using (project, item)
     where c.project = '${project}' and (w.state is distinct from c.state
       or (select jsonb_agg(d -> 'label' order by d ->> 'question') from jsonb_array_elements(c.decisions) d)
         is distinct from (select jsonb_agg(d -> 'label' order by d ->> 'question') from jsonb_array_elements(w.decisions) d))`,
  );
  if (differing.length > 0)
    throw new Error(
      `I1: assignment knows ${differing.length} items otherwise than consensus, as ${JSON.stringify(differing[0])}`,
    );
}

async function failOver({ services, postgresLine }: FaultSystem, standby: Standby): Promise<void> {
  process.kill(services.postgres.pid(), 'SIGKILL');
  // It would be started again, and nobody is to reach it any more.
  postgresLine.cut();
  await services.postgres.stop();
  await standby.promote();
  services.failOver({ ...standby.postgres, stop: standby.stop });
  postgresLine.target = Number(new URL(standby.postgres.adminUrl).port);
  postgresLine.open();
}
