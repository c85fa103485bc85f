import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Client, clientOf } from '../../apps/assay/src/client';
import { KEY_FILE, runningServices } from '../../apps/assay/src/context';
import { ownerOf } from '../../apps/assay/src/front';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../libs/platform/src/postgres/embedded-postgres';
import { dataFolder } from './assay';
import { eventually } from './eventually';
import { FOLLOWED } from './standby';
import { spawnTied } from './tied-process';

const root = join(__dirname, '../..');
const program = join(root, 'apps/assay/bin/assay.mjs');

export const SERVICE_NAMES = ['ingestion', 'consensus', 'gold', 'scoring', 'assignment'] as const;
export type ServiceName = (typeof SERVICE_NAMES)[number];

/** One service in a process of its own: `assay up --services NAME`. */
export interface ServiceProcess {
  service: ServiceName;
  pid: number;
  /** Whether its environment is one of its own. */
  isSpecial: boolean;
  /** What it wrote so far, logs among it. */
  said(): string;
  metricsUrl(): string;
  signal(signal: NodeJS.Signals): void;
  /** The most resident memory that it had, in MiB, when it was looked at last: by this, and before each signal. Undefined where the system does not tell. */
  mostResident(): number | undefined;
  /** Whether it has ended although nobody sent it a signal. */
  hasFallen(): boolean;
  /** Settles with the exit code when it has ended (null after a signal). */
  ended: Promise<number | null>;
}

/** Where the services of a test run: brokers, a PostgreSQL of their own, a data folder that they share. */
export class ServiceProcesses {
  readonly running = new Set<ServiceProcess>();
  /** Every one that ever ran. */
  readonly launched: ServiceProcess[] = [];
  private readonly folder = dataFolder();
  private databaseUrl = '';
  private database: EmbeddedPostgres | undefined;

  /** @param environment what every process gets besides. */
  constructor(
    private readonly brokers: string,
    private readonly environment: Record<string, string> = {},
  ) {}

  /** Folder by which the command line finds the services. */
  get dataDir(): string {
    return this.folder.path;
  }

  get postgres(): EmbeddedPostgres {
    return this.database!;
  }

  /** Starts PostgreSQL. @param databaseUrl of another one, or of a proxy before this one: `{url}` stands for its own. */
  async startDatabase(through: (url: string) => string | Promise<string> = (url) => url): Promise<void> {
    // Compiled once: processes that start together would all do it.
    execFileSync(process.execPath, [program, '--help'], { stdio: 'ignore' });
    this.database = await startEmbeddedPostgres({ dataDir: this.folder.path, settings: FOLLOWED });
    this.databaseUrl = await through(this.database.adminUrl);
  }

  /** Another PostgreSQL takes the place of the one that was started, behind the same URL. */
  failOver(postgres: EmbeddedPostgres): void {
    this.database = postgres;
  }

  /** Starts one instance of each service that has none, and waits until they listen. */
  async startMissing(): Promise<void> {
    await Promise.all(SERVICE_NAMES.filter((name) => this.of(name).length === 0).map((name) => this.start(name)));
  }

  /** Starts one more instance of a service, and waits until it listens. @param from program of another version. */
  async start(service: ServiceName, environment?: Record<string, string>, from?: string): Promise<ServiceProcess> {
    const one = this.launch(service, environment, from);
    const ended = one.ended.then((code) => Promise.reject(new Error(`${service} ended (${code}): ${one.said()}`)));
    ended.catch(() => undefined);
    const listens = () => /Assay listens on/.test(one.said());
    await Promise.race([eventually(listens, () => `${service} to listen; it said: ${one.said()}`), ended]);
    return one;
  }

  /** Those instances of a service that run. */
  of(service: ServiceName): ServiceProcess[] {
    return [...this.running].filter((one) => one.service === service);
  }

  /** Ends an instance by a signal, and waits until it has. */
  async end(one: ServiceProcess, signal: NodeJS.Signals = 'SIGKILL'): Promise<number | null> {
    one.signal(signal);
    return one.ended;
  }

  /** Speaks to whichever process has a service. */
  get client(): Client {
    const services = runningServices(this.folder.path);
    return clientOf(services[0]!.url, this.key, services);
  }

  /** Asks whichever process has a path, as any HTTP client does, with the admin's key. */
  async fetch(path: string, { headers, ...init }: { method?: string; body?: string; headers?: object } = {}) {
    const url = ownerOf(runningServices(this.folder.path), path)!.url;
    return fetch(`${url}${path}`, { ...init, headers: { authorization: `Bearer ${this.key}`, ...headers } });
  }

  private get key(): string {
    return readFileSync(join(this.folder.path, KEY_FILE), 'utf8').trim();
  }

  /** Ends everything and removes its data. */
  async stop(): Promise<void> {
    await Promise.all([...this.running].map((one) => this.end(one)));
    await this.database?.stop();
    this.folder.remove();
  }

  /** Starts one more instance of a service, which may not live long enough to listen. */
  launch(service: ServiceName, environment?: Record<string, string>, from = program): ServiceProcess {
    const args = [from, 'up', '--log', 'kafka', '--services', service, '--data', this.folder.path, '--port', '0'];
    const child = spawnTied(process.execPath, args, {
      ...process.env,
      ASSAY_DATABASE_URL: this.databaseUrl,
      ASSAY_KAFKA_BROKERS: this.brokers,
      ASSAY_METRICS_PORT: '0',
      ASSAY_LOG_LEVEL: 'warn',
      ...this.environment,
      ...environment,
    });
    let said = '';
    for (const stream of [child.stdout!, child.stderr!])
      stream.on('data', (bytes: Buffer) => (said = (said + bytes.toString()).slice(-100_000)));
    let isRunning = true;
    let isAsked = false;
    let most: number | undefined;
    const one: ServiceProcess = {
      service,
      pid: child.pid!,
      isSpecial: environment !== undefined,
      said: () => said,
      metricsUrl: () => /metrics on (\S+?);/.exec(said)?.[1] ?? '',
      signal: (signal) => {
        one.mostResident();
        isAsked ||= signal !== 'SIGSTOP' && signal !== 'SIGCONT';
        child.kill(signal);
      },
      mostResident: () => (most = (isRunning ? mostResidentOf(child.pid!) : undefined) ?? most),
      hasFallen: () => !isRunning && !isAsked,
      ended: once(child, 'exit').then(([code]) => {
        isRunning = false;
        this.running.delete(one);
        return code as number | null;
      }),
    };
    this.running.add(one);
    this.launched.push(one);
    return one;
  }
}

/** As Linux counts it. */
function mostResidentOf(pid: number): number | undefined {
  const file = `/proc/${pid}/status`;
  const [, kibibytes] = existsSync(file) ? (/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(file, 'utf8')) ?? []) : [];
  return kibibytes === undefined ? undefined : Math.round(Number(kibibytes) / 1024);
}
