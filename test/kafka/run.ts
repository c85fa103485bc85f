import { parseArgs } from 'node:util';
import { KAFKA_VERSIONS, NEWEST_KAFKA, startBroker } from '../support/kafka-broker';

/** `npm run kafka -- [--port 9092] [--version 4.1.0]`: a broker on this machine's Java until Ctrl-C; its data goes with it. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { port: { type: 'string', default: '9092' }, version: { type: 'string', default: NEWEST_KAFKA } },
  });
  console.error(`Kafka ${values.version} is fetched and started (tested: ${KAFKA_VERSIONS.join(', ')})`);
  const broker = await startBroker({ port: Number(values.port), version: values.version });
  console.log(`ASSAY_KAFKA_BROKERS=${broker.brokers}`);
  console.error('Ctrl-C ends it and removes its data');
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
  await broker.stop();
}

void main();
