import { pino } from 'pino';
import { Registry } from 'prom-client';
import { type DataSource } from 'typeorm';
import { eventually } from '../../../test/support/eventually';
import { type EventLog, LogRefused } from './event-log/event-log';
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
    ['while its loop has tried to read within a minute', () => performance.now() - 55_000, true],
    ['not when its loop has not even tried for longer', () => performance.now() - 61_000, false],
  ])('%s', (_when, attemptedAt, verdict) => {
    expect(aTransport(attemptedAt()).isAlive()).toBe(verdict);
  });

  it('also when its clock is set two hours ahead', () => {
    const transport = aTransport(performance.now());
    const clock = jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 7_200_000);
    expect(transport.isAlive()).toBe(true);
    clock.mockRestore();
  });
});

describe('a relay that may not write', () => {
  it('says so once while it goes on trying, and leaves the service alive', async () => {
    const said: { level: number; msg: string }[] = [];
    let tries = 0;
    const transport = createTransport('consensus', {
      dataSource: {
        query: () => Promise.resolve([]),
        createQueryRunner: () => {
          tries++;
          const refused = () => Promise.reject(new LogRefused('not authorized: topic a'));
          return { query: refused, manager: { query: refused }, release: () => Promise.resolve() };
        },
      } as unknown as DataSource,
      eventLog: {} as EventLog,
      registry: new Registry(),
      logger: pino({}, { write: (line) => void said.push(JSON.parse(line) as (typeof said)[number]) }),
    });
    transport.relay.start();
    await eventually(() => tries >= 3, 'three tries');
    await transport.relay.stop();
    expect(said.map(({ level, msg }) => ({ level, msg }))).toEqual([
      { level: 50, msg: 'relay: not authorized: topic a' },
    ]);
    expect(transport.isAlive()).toBe(true);
  });
});
