import { freshDatabase, type FreshDatabase } from '../../../../test/support/database';
import { eventually } from '../../../../test/support/eventually';
import { TcpProxy } from '../../../../test/support/tcp-proxy';
import { openDataSource } from './data-source';
import { isTransient } from './transient-error';

const definition = { name: 'consensus', migrations: [], entities: [] } as const;
let database: FreshDatabase;
let line: TcpProxy;

beforeAll(async () => {
  database = await freshDatabase([definition]);
  line = await TcpProxy.start(Number(new URL(database.adminUrl).port));
});

afterAll(async () => {
  await line.stop();
  await database.drop();
});

it('gives a connection up that does not answer, as what passes, and makes another', async () => {
  const url = new URL(database.adminUrl);
  url.port = String(line.port);
  const open = () => openDataSource(url.href, definition, undefined, 1, 500);
  // Half a second is little on a busy machine.
  const dataSource = await eventually(() => open().catch(() => undefined), 'the first answers');
  await eventually(() => dataSource.query('select 1').catch(() => undefined), 'a connection');
  line.hang();
  const failures = await Promise.all(
    [1, 2, 3].map((one) => dataSource.query(`select ${one}`).catch((error: unknown) => error)),
  );
  expect(failures.map(isTransient)).toEqual([true, true, true]);
  line.open();
  const answer = await eventually(() => dataSource.query('select 4 as four').catch(() => undefined), 'an answer');
  expect(answer).toEqual([{ four: 4 }]);
  await dataSource.destroy();
});
