import { destination, type DestinationStream, type Logger, pino } from 'pino';
import { type Settings } from '../config/settings';

/**
 * The log of a process: a JSON line an event, on stderr. What requests and events carry is not logged: no body, label or name of a worker;
 * authorization is blotted out wherever it should come along.
 */
export function createLogger(
  settings: Pick<Settings, 'logLevel'>,
  stream: DestinationStream = destination({ fd: 2, sync: true }),
): Logger {
  const secret = ['authorization', 'password', 'secret', 'databaseUrl'];
  return pino(
    {
      level: settings.logLevel,
      base: { pid: process.pid },
      redact: { paths: [...secret, ...secret.flatMap((name) => [`*.${name}`, `*.*.${name}`])], censor: '***' },
      formatters: { level: (level) => ({ level }) },
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
    },
    stream,
  );
}
