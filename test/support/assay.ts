import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clientOf, type Client } from '../../apps/assay/src/client';
import { collectReport } from '../../apps/assay/src/collect-report';
import { Output } from '../../apps/assay/src/output';
import { type Report } from '../../apps/assay/src/report';
import { type AssayOptions, type RunningAssay, startAssay } from '../../apps/assay/src/running-assay';
import { SERVICES } from '../../apps/assay/src/services';
import { settle } from '../../apps/assay/src/settle';
import { readSettings } from '../../libs/platform/src/config/settings';
import { removeEmbeddedPostgres } from '../../libs/platform/src/postgres/embedded-postgres';
import { eventually } from './eventually';

const SILENT = new Output('json', { color: false, quiet: true });

/** A folder of a test's own that the user who runs PostgreSQL for root can get into. */
export function dataFolder(): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'assay-e2e-'));
  chmodSync(path, 0o711);
  return {
    path,
    remove: () => {
      removeEmbeddedPostgres(path);
      rmSync(path, { recursive: true, force: true });
    },
  };
}

/** All services in this process, on a free port. */
export async function startedAssay(
  dataDir: string,
  options: Partial<AssayOptions> = {},
): Promise<RunningAssay & { client: Client }> {
  const settings = readSettings({ ASSAY_LOG_LEVEL: 'error' });
  const running = await startAssay({
    settings,
    dataDir,
    services: SERVICES,
    port: 0,
    metricsPort: 0,
    say: () => undefined,
    ...options,
  });
  return { ...running, client: clientOf(running.url, running.key) };
}

/** The report of a project once it is at rest. */
export async function reportAtRest(client: Client, project: string): Promise<Report> {
  await settle(client, project, SILENT);
  return collectReport(client, project);
}

/** `assay up` in a process of its own. */
export interface SpawnedAssay {
  client: Client;
  /** What it wrote so far, logs among it. */
  said(): string;
  /** GET of a path, or of a whole URL, with the admin key. */
  fetch(path: string): Promise<Response>;
  metricsUrl: string;
  kill(): Promise<void>;
}

/** `assay up` in a process of its own, which a test may kill. @param environment added to that of this process. */
export async function spawnedAssay(dataDir: string, environment: Record<string, string> = {}): Promise<SpawnedAssay> {
  const root = join(__dirname, '../..');
  const child = spawn(
    process.execPath,
    [join(root, 'apps/assay/bin/assay.mjs'), 'up', '--data', dataDir, '--port', '0'],
    {
      env: { ...process.env, ASSAY_METRICS_PORT: '0', ASSAY_LOG_LEVEL: 'error', ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes: Buffer) => (said += bytes.toString()));
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const kill = async () => {
    child.kill('SIGKILL');
    await ended;
  };
  const url = await eventually(
    () => /Assay listens on (\S+?),/.exec(said)?.[1],
    () => `assay up to listen; it said: ${said}`,
  ).catch(async (error: unknown) => {
    await kill();
    throw error;
  });
  const key = readFileSync(join(dataDir, 'admin.key'), 'utf8').trim();
  return {
    client: clientOf(url, key),
    said: () => said,
    fetch: (path) => fetch(new URL(path, url), { headers: { authorization: `Bearer ${key}` } }),
    metricsUrl: /metrics on (\S+)/.exec(said)?.[1] ?? '',
    kill,
  };
}
