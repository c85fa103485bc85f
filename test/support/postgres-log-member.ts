import { PostgresEventLog } from '@assay/platform/event-log/postgres-event-log';
import { joinAndHold } from './log-member';

const [url, group, ...topics] = process.argv.slice(2);
void joinAndHold(new PostgresEventLog(url!), group!, topics);
