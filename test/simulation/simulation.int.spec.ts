import { absentDatabase, type FreshDatabase } from '../support/database';
import { MEMBERS, simulate } from './simulation';
import { SimulationDatabase } from './simulation-database';

/** More of them: npm run simulate:log. */
const SEEDS = Array.from({ length: 20 }, (_none, index) => index + 1);
let server: FreshDatabase;
let database: SimulationDatabase;

beforeAll(async () => {
  server = await absentDatabase();
  database = await SimulationDatabase.open(server.adminUrl, MEMBERS);
});

afterAll(async () => {
  await database.close();
  await server.drop();
});

describe('the transport on a simulated event log', () => {
  it.each(SEEDS)('keeps its invariants with seed %i', async (seed) => {
    const { violations } = await simulate(seed, database);
    expect(violations).toEqual([]);
  });

  it('does the same again with the same seed', async () => {
    const one = await simulate(3, database);
    const again = await simulate(3, database);
    expect(again.schedule).toEqual(one.schedule);
  });
});
