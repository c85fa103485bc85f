import { startEmbeddedPostgres } from '@assay/platform/postgres/embedded-postgres';

// Starts PostgreSQL in a data folder and holds it until it is killed, or until a line comes: prints `up <pid of PostgreSQL> <url>`.
async function main([dataDir]: string[]): Promise<void> {
  const postgres = await startEmbeddedPostgres({ dataDir: dataDir!, say: (line) => console.log(line) });
  console.log(`up ${postgres.pid()} ${postgres.adminUrl}`);
  await new Promise((resolve) => setTimeout(resolve, 3_600_000));
}

main(process.argv.slice(2)).catch((error: Error) => {
  console.log(error.message);
  process.exitCode = 1;
});
