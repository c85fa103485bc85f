import { PROJECT_EVENTS } from '../../libs/contracts/src/topics';
import { type Failpoint } from '../../libs/platform/src/failpoint';
import { SERVICE_NAMES, type ServiceName } from '../support/service-processes';
import { type Fault } from './fault';
import { type FaultSystem, killedByItself } from './fault-system';
import { type Load } from './load';

/** Moments of a process; the how-manieth of them must come in the load of one project. */
const READING: readonly Failpoint[] = ['fetched', 'fenced', 'applied', 'outboxed', 'committed'];
const RELAYING: readonly Failpoint[] = ['numbered', 'published'];

/** The how-manieth publishing of a service is cut short: scoring publishes once a fit, assignment what workers and experts do, of whom the load has none. */
const PUBLISHES: Record<ServiceName, readonly number[]> = {
  ingestion: [1, 2],
  consensus: [1, 2],
  gold: [1, 2],
  scoring: [1],
  assignment: [],
};

/** kill -9 of every service at every moment of a batch, of a relay, of a request. */
export const KILL_FAULTS: Fault[] = SERVICE_NAMES.flatMap((service) => [
  ...(service === 'ingestion' ? killsAt(service, ['recorded'], [2, 5]) : killsAt(service, READING, [2, 5])),
  ...killsAt(service, RELAYING, PUBLISHES[service]),
]);

function killsAt(service: ServiceName, moments: readonly Failpoint[], hits: readonly number[]): Fault[] {
  return moments.flatMap((moment) =>
    hits.map((hit) => ({
      name: `kill -9 of ${service}: ${moment}, hit ${hit}`,
      holds: RELAYING.includes(moment) ? 'I1 I3 I4' : 'I1 I2 I5 I6',
      isSmoke: service === 'consensus' && hit === 2 && (moment === 'outboxed' || moment === 'published'),
      happen: (system: FaultSystem, load: Load) => killAt(system, load, service, moment, hit),
    })),
  );
}

async function killAt(system: FaultSystem, load: Load, service: ServiceName, moment: Failpoint, hit: number) {
  const armed = await system.arm(service, `${moment} kill ${hit}`);
  // Work that ends by itself before the moment has come so often would show nothing.
  const work = (async () => {
    await load.prepare();
    // The more a service reads at once, the fewer batches a load is: small requests, and none before it reads.
    if (service !== 'ingestion') await system.untilRead(PROJECT_EVENTS.name, [service]);
    await load.send({ size: 10 });
    // Scoring has nothing to say before a fit.
    if (service === 'scoring') await load.askForFit();
  })();
  await killedByItself(armed);
  await system.mend();
  await work;
}
