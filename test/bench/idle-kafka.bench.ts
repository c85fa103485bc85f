// The same on Kafka: five processes `assay up --log kafka --services X`, their PostgreSQL and the broker, while nothing happens. Linux only.
import { aBroker } from '../support/kafka-broker';
import { SERVICE_NAMES, ServiceProcesses } from '../support/service-processes';
import { SECONDS, shares } from './idle.bench';
import { ownSeconds, secondsBelow } from './processor-time';
import { machine, markdownTable, record } from './record';

export async function run(): Promise<void> {
  const broker = await aBroker();
  const services = new ServiceProcesses(broker.brokers);
  try {
    await services.startDatabase();
    await services.startMissing();
    const pids = SERVICE_NAMES.map((name) => services.of(name)[0]!.pid);
    const postgres = services.postgres.pid();
    const [ofPostgres, ofBroker, ...ofServices] = await shares([
      () => ownSeconds(postgres) + secondsBelow(postgres),
      () => (broker.pid === undefined ? NaN : ownSeconds(broker.pid)),
      ...pids.map((pid) => () => ownSeconds(pid)),
    ]);
    const rows = [
      ...SERVICE_NAMES.map((name, at) => [`Node, ${name}`, ofServices[at]!.toFixed(2), 'below 1']),
      ['PostgreSQL, for all five', ofPostgres!.toFixed(2), ''],
      ...(Number.isNaN(ofBroker) ? [] : [['the broker', ofBroker!.toFixed(2), '']]),
    ];
    const head = `Processor time of five processes \`assay up --log kafka --services NAME\` without work, over ${SECONDS} s (${machine()}).`;
    record('benchmarks.md', 'idle-kafka', `${head}\n\n${markdownTable(['what', '% of a core', 'goal'], rows)}`);
  } finally {
    await services.stop();
    await broker.stop();
  }
}
