import { type Broker, KAFKA_VERSIONS, aBroker, brokerSource } from '../../../../test/support/kafka-broker';
import { describeOnKafka } from '../../../../test/support/kafka';
import { silentLogger } from '../../../../test/support/silent-logger';
import { startProgram } from '../../../../test/support/program';
import { conformance } from './event-log.conformance';
import { KafkaEventLog } from './kafka-event-log';
import { Settings } from '../config/settings';

/** A broker that somebody gave has the version that it has. */
const versions = brokerSource() === 'environment' ? ['of KAFKA_BROKERS'] : KAFKA_VERSIONS;

describe.each(versions)('on Kafka %s', (version) => {
  describeOnKafka('the event log', () => {
    conformance(async () => {
      const broker: Broker = await aBroker(version);
      const settings = Object.assign(new Settings(), { kafkaBrokers: broker.brokers.split(',') });
      return {
        open: () => new KafkaEventLog(settings, silentLogger),
        startMember: (group, topics) => startProgram('kafka-log-member.ts', [broker.brokers, group, ...topics]),
        close: () => broker.stop(),
      };
    });
  });
});
