import { Settings } from '@assay/platform/config/settings';
import { KafkaEventLog } from '@assay/platform/event-log/kafka-event-log';
import { joinAndHold } from './log-member';
import { silentLogger } from './silent-logger';

const [brokers, group, ...topics] = process.argv.slice(2);
const settings = Object.assign(new Settings(), { kafkaBrokers: brokers!.split(',') });
void joinAndHold(new KafkaEventLog(settings, silentLogger), group!, topics);
