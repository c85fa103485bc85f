import { absentDatabase, type FreshDatabase } from '../support/database';
import { dataFolder } from '../support/assay';
import { letCrowdWork } from '../support/work-crowd';

let database: FreshDatabase;
const data = dataFolder();

beforeAll(async () => {
  database = await absentDatabase();
});

afterAll(async () => {
  data.remove();
  await database.drop();
});

/** `npm run check:assignment` is the same with 400 workers on 5,000 items. */
describe('a crowd that works over HTTP while everything is killed and started again', () => {
  it('is given no item beyond maxOverlap nor twice, and brings every item to a decision or to the experts', async () => {
    const outcome = await letCrowdWork(
      {
        ...{ workers: 20, items: 50, minOverlap: 3, maxOverlap: 7, seed: 6 },
        ...{ minutes: 0.05, releases: 0.02, abandons: 0.02, accuracy: 0.8 },
      },
      { dataDir: data.path, databaseUrl: database.adminUrl, say: () => undefined },
    );
    expect(outcome.violations).toEqual([]);
    expect(outcome.refused).toEqual([]);
    expect(outcome.items).toMatchObject({ total: 50, open: 0 });
    expect(outcome.items.disputed).toBeGreaterThan(0);
    expect(outcome.assignments['live']).toBeUndefined();
    for (const status of ['completed', 'expired', 'released']) expect(outcome.assignments[status]).toBeGreaterThan(0);
  });
});
