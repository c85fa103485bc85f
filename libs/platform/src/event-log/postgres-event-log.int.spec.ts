import { freshDatabase } from '../../../../test/support/database';
import { startProgram } from '../../../../test/support/program';
import { serviceUrl } from '../postgres/service-url';
import { conformance } from './event-log.conformance';
import { PostgresEventLog } from './postgres-event-log';

describe('the embedded event log', () => {
  conformance(async () => {
    const database = await freshDatabase();
    const url = serviceUrl(database.adminUrl, 'event_log');
    return {
      open: () => new PostgresEventLog(url),
      startMember: (group, topics) => startProgram('postgres-log-member.ts', url, group, ...topics),
      close: () => database.drop(),
    };
  });
});
