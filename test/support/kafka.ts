import { brokerSource, hasJava } from './kafka-broker';

/** A suite that needs a real broker, whosever it is. Where none can be had it says so and is skipped; in CI its absence is a failure. */
export function describeOnKafka(name: string, suite: () => void): void {
  describeWhere(
    brokerSource() !== undefined,
    name,
    suite,
    'set KAFKA_BROKERS, or have Docker, or have Java 17 and Maven',
  );
}

/** A suite that starts brokers of its own, to kill them or to set them up in its own way. */
export function describeOnOwnKafka(name: string, suite: () => void): void {
  describeWhere(hasJava(), name, suite, 'have Java 17 and Maven');
}

function describeWhere(isThere: boolean, name: string, suite: () => void, wanted: string): void {
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
