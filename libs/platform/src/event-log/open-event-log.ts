import { type Settings } from '../config/settings';
import { serviceUrl } from '../postgres/service-url';
import { type EventLog } from './event-log';
import { EVENT_LOG_SCHEMA } from './event-log-migrations';
import { PostgresEventLog } from './postgres-event-log';

/**
 * The event log that the settings name.
 * @param databaseUrl the administrator's, or that of the log's own role.
 * @throws Error where this version has no such log.
 */
export function openEventLog({ log }: Pick<Settings, 'log'>, databaseUrl: string): EventLog {
  if (log === 'embedded') return new PostgresEventLog(serviceUrl(databaseUrl, EVENT_LOG_SCHEMA));
  throw new Error(`ASSAY_LOG "${log}": expected embedded, the only event log of this version`);
}
