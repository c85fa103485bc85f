import { type Broker, brokerSource } from './kafka-broker';

/** Whether this machine has a broker for tests, or can start one. */
export const KAFKA = brokerSource();

/**
 * A suite that needs a real broker. Where none can be had it says so and is skipped; in CI its absence is a failure.
 */
export function describeOnKafka(name: string, suite: () => void): void {
  if (KAFKA) return describe(name, suite);
  const wanted = 'set KAFKA_BROKERS, or have Docker, or have Java 17 and Maven';
  if (process.env.CI) {
    describe(name, () => {
      it('has a broker', () => {
        throw new Error(`no Kafka for tests: ${wanted}`);
      });
    });
    return;
  }
  process.stderr.write(`\nSKIPPED, no Kafka for tests: ${name}; ${wanted}\n\n`);
  describe.skip(name, suite);
}

/** Ends a broker that was started, also where its start failed. */
export async function stopBroker(broker: Broker | undefined): Promise<void> {
  await broker?.stop();
}
