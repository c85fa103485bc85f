// Sends what a stage of the pipeline bench reads, in a process of its own: the memory that it takes is not the stage's.
import { Client } from 'pg';
import { type EventLog } from '../../libs/platform/src/event-log/event-log';
import { eventually } from '../support/eventually';
import { shuffled } from '../support/shuffled';
import { NumberedRecords } from './pipeline-annotations';
import { emptyKafka } from './pipeline-kafka';
import { type StageOrder } from './pipeline-order';
import { ALL, openLog, type Resources, resourcesOf, start, TOPICS } from './pipeline-system';

const AT_ONCE = 2000;

/** @returns the last number that was given in each partition of a topic. */
async function main(order: StageOrder): Promise<Record<string, number>> {
  if (order.kafka) await emptyKafka(order.kafka, TOPICS.map(({ name }) => name)); // prettier-ignore
  const log = await openLog(order);
  try {
    const records = new NumberedRecords();
    await log.append([records.project()]);
    if (order.stage !== 'floor' && order.stage !== 'stock') await introduce(log, resourcesOf(order));
    // What comes at its own pace is sent by the stage.
    if (order.stage !== 'latency') await sendAll(log, records, order.annotations);
    return records.last;
  } finally {
    await log.close();
  }
}

/** Lets every service know the project, so that no annotation has to wait for it. */
async function introduce(log: EventLog, resources: Resources): Promise<void> {
  const client = new Client(resources.databaseUrl);
  await client.connect();
  const running = await start(ALL, log, resources);
  for (const name of ALL.filter((one) => one !== 'ingestion'))
    await eventually(
      async () => (await client.query(`select 1 from ${name}.project`)).rows.length > 0,
      `${name} to know the project`,
    );
  for (const service of running) await service.close();
  await client.end();
}

async function sendAll(log: EventLog, records: NumberedRecords, annotations: number): Promise<void> {
  const order = shuffled(Array.from({ length: annotations }, (_none, n) => n), 1); // prettier-ignore
  for (let start = 0; start < order.length; start += AT_ONCE)
    await log.append(order.slice(start, start + AT_ONCE).map((n) => records.annotation(n)));
}

void main(JSON.parse(process.argv[2]!) as StageOrder).then(
  (numbers) => process.stdout.write(`${JSON.stringify(numbers)}\n`, () => process.exit(0)),
  (error: Error) => {
    console.error(error);
    process.exit(1);
  },
);
