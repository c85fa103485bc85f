// npm run simulate:log -- [--seeds N [--from SEED]] [--seed SEED] [--plant BUG]: the transport on an event log that a seed plays.
import 'reflect-metadata';
import { parseArgs } from 'node:util';
import { removeEmbeddedPostgres, startEmbeddedPostgres } from '../../libs/platform/src/postgres/embedded-postgres';
import { dataFolder } from '../support/assay';
import { PLANTS } from './plants';
import { type Outcome, simulate } from './simulation';
import { SimulationDatabase } from './simulation-database';

const MEMBERS = 2;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      seeds: { type: 'string', default: '500' },
      from: { type: 'string', default: '1' },
      seed: { type: 'string' },
      plant: { type: 'string' },
    },
  });
  const plant = PLANTS.find(({ name }) => name === values.plant);
  if (values.plant !== undefined && !plant)
    throw new Error(`--plant ${values.plant}: expected one of ${PLANTS.map(({ name }) => name).join(', ')}`);
  const server = dataFolder();
  const postgres = await startEmbeddedPostgres({ dataDir: server.path });
  const database = await SimulationDatabase.open(postgres.adminUrl, 'simulation', MEMBERS);
  try {
    const first = Number(values.seed ?? values.from);
    const count = values.seed === undefined ? Number(values.seeds) : 1;
    const began = performance.now();
    let failed = 0;
    for (let seed = first; seed < first + count; seed++) {
      const outcome = await simulate(seed, database, plant);
      if (values.seed !== undefined) print(outcome); else if (outcome.violations.length > 0) console.log(seed, outcome.violations.map((v) => v.slice(0, 150)));
      if (outcome.violations.length > 0) failed++;
    }
    const minutes = (performance.now() - began) / 60_000;
    console.log(`${count} seeds, ${failed} failed, ${Math.round(count / minutes)} seeds a minute`);
    process.exitCode = failed > 0 ? 6 : 0;
  } finally {
    await database.close();
    await postgres.stop();
    removeEmbeddedPostgres(server.path);
    server.remove();
  }
}

function print({ seed, schedule, violations }: Outcome): void {
  for (const line of schedule) console.log(`  ${line}`);
  console.log(violations.length > 0 ? `seed ${seed} does not hold:` : `seed ${seed} holds`);
  for (const violation of violations) console.log(`  ${violation}`);
  if (violations.length > 0) console.log(`again: npm run simulate:log -- --seed ${seed}`);
}

void main();
