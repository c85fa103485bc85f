import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { ASSIGNMENT } from '@assay/apps/assignment/src/assignment.module';
import { serviceUrl } from '../../libs/platform/src/postgres/service-url';
import { freshDatabase, type FreshDatabase } from './database';
import { violationsIn } from './work-crowd';

let fresh: FreshDatabase;
let database: Client;

beforeAll(async () => {
  fresh = await freshDatabase([ASSIGNMENT]);
  database = new Client(serviceUrl(fresh.adminUrl, 'assignment'));
  await database.connect();
});

afterAll(async () => {
  await database?.end();
  await fresh?.drop();
});

/** An assignment of item `i1` that began and ended at these seconds; without an end it is live. */
async function assigned(from: number, to: number | undefined, status: string): Promise<void> {
  await database.query(
    `insert into assignment (id, key, project, item, lane, worker, occasion, status, version, issued_at, deadline, ended_at)
     values ($1, 1, 'crowd', 'i1', 0, $2, 0, $3, 1, to_timestamp($4), to_timestamp(1000), to_timestamp($5))`,
    [randomUUID(), randomUUID(), status, from, to ?? null],
  );
}

describe('the look at what must hold of assignments', () => {
  it('finds an item that was with more workers at once than maxOverlap, and a wrong count', async () => {
    await database.query(
      `insert into work (key, project, item, lane, live, wanted) values (1, 'crowd', 'i1', 0, 1, 3)`,
    );
    await assigned(1, 5, 'completed');
    await assigned(2, 4, 'expired');
    await assigned(6, undefined, 'live');
    // One ended before the third began: two at a time.
    expect(await violationsIn(database, 2)).toEqual([]);
    await assigned(3, 7, 'released');
    expect(await violationsIn(database, 3)).toEqual([]);
    expect(await violationsIn(database, 2)).toEqual(['i1 was with 3 workers: expected 2 at most']);
    await database.query('update work set live = 2');
    expect(await violationsIn(database, 3)).toEqual(['i1 counts 2 live assignments and has 1']);
  });
});
