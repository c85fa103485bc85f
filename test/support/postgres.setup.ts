import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  removeEmbeddedPostgres,
  startEmbeddedPostgres,
  type EmbeddedPostgres,
} from '../../libs/platform/src/postgres/embedded-postgres';

/**
 * One PostgreSQL for a whole run of jest, started by the first spec that asks: specs run in processes of their own, so that they ask over
 * a socket, whose port the environment tells them. `postgres.teardown.ts` ends it and removes its data.
 */
export default async function setUp(): Promise<void> {
  // What specs make, the user has to get into whom root lends PostgreSQL: also where new files are for their owner alone.
  process.umask(0o022);
  const dataDir = mkdtempSync(join(tmpdir(), 'assay-test-'));
  chmodSync(dataDir, 0o755); // Root lends PostgreSQL another user, who has to get in.
  let started: Promise<EmbeddedPostgres> | undefined;
  const server = createServer((socket) => {
    started ??= startEmbeddedPostgres({ dataDir });
    started.then(
      ({ adminUrl }) => socket.end(adminUrl),
      (error: Error) => socket.end(`error: ${error.stack}`),
    );
    socket.on('error', () => undefined); // The spec that asked was ended.
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  server.unref();
  process.env.ASSAY_TEST_POSTGRES = String((server.address() as AddressInfo).port);
  (globalThis as { stopTestPostgres?: () => Promise<void> }).stopTestPostgres = async () => {
    server.close();
    await started?.then((postgres) => postgres.stop()).catch(() => undefined);
    removeEmbeddedPostgres(dataDir);
    rmSync(dataDir, { recursive: true, force: true });
  };
}
