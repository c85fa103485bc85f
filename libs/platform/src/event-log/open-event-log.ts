import { type Settings } from '../config/settings';
import { serviceUrl } from '../postgres/service-url';
import { type EventLog } from './event-log';
import { EVENT_LOG_SCHEMA } from './event-log-migrations';
import { type KafkaLogger, type KafkaSettings } from './kafka-client';
import { KafkaEventLog } from './kafka-event-log';
import { PostgresEventLog } from './postgres-event-log';

/**
 * The event log that the settings name.
 * @param databaseUrl the administrator's, or that of the embedded log's own role.
 */
export function openEventLog(
  settings: Pick<Settings, 'log'> & KafkaSettings,
  databaseUrl: string,
  logger: KafkaLogger,
): EventLog {
  if (settings.log === 'kafka') return new KafkaEventLog(settings, logger);
  return new PostgresEventLog(serviceUrl(databaseUrl, EVENT_LOG_SCHEMA));
}
