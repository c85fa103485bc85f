// npm run check:assignment -- [WORKERS [ITEMS]]: a crowd works over HTTP, everything is killed in the middle, and what must hold is looked at.
import 'reflect-metadata';
import { removeEmbeddedPostgres, startEmbeddedPostgres } from '../../libs/platform/src/postgres/embedded-postgres';
import { dataFolder } from '../support/assay';
import { letCrowdWork } from '../support/work-crowd';

async function main(workers = '400', items = '5000'): Promise<void> {
  const [data, server] = [dataFolder(), dataFolder()];
  const postgres = await startEmbeddedPostgres({ dataDir: server.path });
  try {
    const url = new URL(postgres.adminUrl);
    url.pathname = '/crowd';
    const outcome = await letCrowdWork(
      {
        ...{ workers: Number(workers), items: Number(items), minOverlap: 3, maxOverlap: 7, seed: 11 },
        ...{ minutes: 0.5, releases: 0.01, abandons: 0.01, accuracy: 0.8 },
      },
      { dataDir: data.path, databaseUrl: url.href, say: (line) => console.log(line) },
    );
    console.log(JSON.stringify(outcome, undefined, 2));
    const holds = outcome.violations.length === 0 && outcome.refused.length === 0 && outcome.items.open === 0;
    console.log(holds ? 'holds' : 'does not hold');
    process.exitCode = holds ? 0 : 6;
  } finally {
    await postgres.stop();
    data.remove();
    removeEmbeddedPostgres(server.path);
    server.remove();
  }
}

void main(...process.argv.slice(2));
