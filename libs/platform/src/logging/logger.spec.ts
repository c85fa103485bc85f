import { PassThrough } from 'node:stream';
import { createLogger } from './logger';

function linesOf(log: (logger: ReturnType<typeof createLogger>) => void): Record<string, unknown>[] {
  const lines: string[] = [];
  const stream = new PassThrough().on('data', (line: Buffer) => lines.push(line.toString()));
  log(createLogger({ logLevel: 'info' }, stream));
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe('the log', () => {
  it('is a JSON line an event, with level and time in words', () => {
    expect(linesOf((logger) => logger.child({ service: 'consensus' }).info({ lane: 3 }, 'paused'))).toEqual([
      expect.objectContaining({ level: 'info', service: 'consensus', lane: 3, msg: 'paused' }),
    ]);
    expect(linesOf((logger) => logger.info('x'))[0]!['time']).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  });

  it('leaves out what is less than the level', () => {
    expect(linesOf((logger) => logger.debug('x'))).toEqual([]);
  });

  it('blots out credentials', () => {
    const lines = linesOf((logger) => {
      logger.info({ authorization: 'Bearer hunter2', req: { headers: { authorization: 'hunter2' } } }, 'x');
      logger.info({ settings: { databaseUrl: 'hunter2' }, password: 'hunter2' }, 'x');
    });
    expect(JSON.stringify(lines)).not.toContain('hunter2');
    expect(lines[0]).toMatchObject({ authorization: '***', req: { headers: { authorization: '***' } } });
  });
});
