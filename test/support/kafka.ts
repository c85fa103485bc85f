import { answers, type Broker, brokerSource } from './kafka-broker';

/** What a suite needs that runs a broker with properties of its own. */
export const JAVA = answers('java', ['-version']) && answers('mvn', ['-v']);

/** Whether this machine has a broker for tests, or can start one. */
export const KAFKA = brokerSource();

/**
 * A suite that needs a real broker. Where none can be had it says so and is skipped; in CI its absence is a failure.
 */
export function describeOnKafka(name: string, suite: () => void): void {
  describeWhere(KAFKA !== undefined, 'set KAFKA_BROKERS, or have Docker, or have Java 17 and Maven', name, suite);
}

/** The same for a suite that starts a broker with properties of its own (`startBroker`). */
export function describeOnOwnKafka(name: string, suite: () => void): void {
  describeWhere(JAVA, 'have Java 17 and Maven', name, suite);
}

function describeWhere(isThere: boolean, wanted: string, name: string, suite: () => void): void {
  if (isThere) return describe(name, suite);
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
