import { pino } from 'pino';
import { Registry } from 'prom-client';
import { type DataSource } from 'typeorm';
import { type EventLog } from './event-log/event-log';
import { createTransport, type ServiceTransport } from './service-transport';

function aTransport(attemptedAt: number | undefined): ServiceTransport {
  const transport = createTransport('consensus', {
    dataSource: {} as DataSource,
    eventLog: {} as EventLog,
    registry: new Registry(),
    logger: pino({ level: 'silent' }),
  });
  transport.server.attemptedAt = () => attemptedAt;
  return transport;
}

describe('a service is alive', () => {
  it.each([
    ['where it consumes nothing', () => undefined, true],
    ['while its loop has tried to read within a minute', () => Date.now() - 55_000, true],
    ['not when its loop has not even tried for longer', () => Date.now() - 61_000, false],
  ])('%s', (_when, attemptedAt, verdict) => {
    expect(aTransport(attemptedAt()).isAlive()).toBe(verdict);
  });
});
