import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Admin, Kafka, logLevel } from 'kafkajs';
import { CATALOGUE } from '../../libs/contracts/src/catalogue';
import { Settings } from '../../libs/platform/src/config/settings';
import { KafkaEventLog } from '../../libs/platform/src/event-log/kafka-event-log';
import { commandLine } from '../support/command-line';
import { eventually } from '../support/eventually';
import { type Broker, startBroker } from '../support/kafka-broker';
import { SERVICE_NAMES, type ServiceName, type ServiceProcess, ServiceProcesses } from '../support/service-processes';
import { silentLogger } from '../support/silent-logger';
import { TcpProxy } from '../support/tcp-proxy';
import { sequenceProblems } from './checks';
import { sql } from './fault';

/** Environment of a process that does something at a moment: see `arm.cjs`. */
export const armed = (what: string): Record<string, string> => ({
  NODE_OPTIONS: `-r ${join(__dirname, 'arm.cjs')}`,
  ASSAY_TEST_FAILPOINT: what,
});

/** What a process says that `arm.cjs` kills. */
export const KILLED = 'killed at';
/** What one says that asks itself to end. */
export const ASKED = 'asked to end at';

/** Waits until an instance that is armed to be killed is; what it does before must bring it there within a minute. */
export async function killedByItself(one: ServiceProcess): Promise<void> {
  const code = await Promise.race([one.ended, sleep(60_000, 'alive', { ref: false })]);
  if (code === 'alive') throw new Error(`${one.service} did not come to where it is killed`);
  if (!one.said().includes(KILLED)) throw new Error(`${one.service} ended by itself (${code}): ${one.said()}`);
}

/** MiB that docs/operations.md gives a service: of V8's heap, and of memory in all. */
const HEAP = 256;
export const MEMORY = 512;

/** Five services in processes of their own, a real broker and a real PostgreSQL, both behind lines that can be spoiled. */
export class FaultSystem {
  private readonly fallen = new Set<ServiceProcess>();

  private constructor(
    readonly services: ServiceProcesses,
    readonly broker: Broker,
    readonly kafkaLine: TcpProxy,
    readonly postgresLine: TcpProxy,
  ) {}

  static async start(version?: string): Promise<FaultSystem> {
    const [kafkaLine, postgresLine] = [await TcpProxy.start(), await TcpProxy.start()];
    const broker = await startBroker({ version, advertisedPort: kafkaLine.port });
    kafkaLine.target = Number(broker.brokers.split(':')[1]);
    const services = new ServiceProcesses(`127.0.0.1:${kafkaLine.port}`, {
      NODE_OPTIONS: `--max-old-space-size=${HEAP}`,
    });
    const system = new FaultSystem(services, broker, kafkaLine, postgresLine);
    try {
      await services.startDatabase((url) => {
        const through = new URL(url);
        postgresLine.target = Number(through.port);
        through.port = String(postgresLine.port);
        return through.href;
      });
      await services.startMissing();
      return system;
    } catch (error) {
      await system.stop();
      throw error;
    }
  }

  /** The log as an administrator sees it. */
  openLog(): KafkaEventLog {
    return new KafkaEventLog(
      Object.assign(new Settings(), { kafkaBrokers: this.broker.brokers.split(',') }),
      silentLogger,
    );
  }

  /** Puts an instance that does something at a moment (`arm.cjs`) in the place of those of a service. */
  async arm(service: ServiceName, what: string): Promise<ServiceProcess> {
    for (const one of this.services.of(service)) await this.services.end(one, 'SIGTERM');
    return this.services.launch(service, armed(what));
  }

  /** Waits until services have read all that a topic has. */
  async untilRead(topic: string, services: readonly ServiceName[]): Promise<void> {
    const lag = async (service: ServiceName) => {
      const { offsets } = await this.services.client.get<Offsets>(`/v1/ops/${service}/offsets`);
      return offsets.filter((one) => one.topic === topic).reduce((sum, one) => sum + one.lag, 0);
    };
    const unpublished = () => this.services.client.get<{ outboxPending: number }>('/v1/ops/ingestion/accounting');
    const isRead = async () => {
      if ((await unpublished()).outboxPending > 0) return false;
      const lags = await Promise.all(services.map(lag));
      return lags.every((one) => one === 0);
    };
    await eventually(() => isRead().catch(() => false), `${services.join()} to read ${topic}`, 60_000);
  }

  /** Kafka drops every record of a topic. */
  async truncate(topic: string): Promise<void> {
    await this.asAdministrator(async (admin) => {
      const ends = await admin.fetchTopicOffsets(topic);
      const partitions = ends.map(({ partition, high }) => ({ partition, offset: high }));
      await admin.deleteTopicRecords({ topic, partitions });
    });
  }

  /** Waits until a service says of a topic that records are gone which it has not read. */
  async lookForLoss(service: ServiceName, topic: string): Promise<void> {
    const isLost = async () => {
      const { offsets } = await this.services.client.get<Offsets>(`/v1/ops/${service}/offsets`);
      return offsets.some((one) => one.topic === topic && one.state === 'lost');
    };
    await eventually(() => isLost().catch(() => false), `${service} to miss records of ${topic}`, 60_000);
  }

  /** Waits until a service has read all that ingestion has to say in a topic, whichever of its instances answers. */
  async untilPassed(service: ServiceName, topic: string): Promise<void> {
    const log = this.openLog();
    const hasPassed = async () => {
      const [{ unpublished, position } = { unpublished: 0, position: 0 }] = await sql<Passed>(
        this,
        `select (select count(*)::int from ingestion.outbox) as unpublished,
           (select sum((positions ->> '${topic}')::bigint)::int from ${service}.lane) as position`,
      );
      const ends = await log.offsets(topic);
      return unpublished === 0 && position === ends.reduce((sum, { end }) => sum + end, 0);
    };
    try {
      await eventually(hasPassed, `${service} to read ${topic}`, 60_000);
    } finally {
      await log.close();
    }
  }

  /** Lets ingestion publish everything again that it has recorded, of one project or of all. @returns how many events, when it is done. */
  async rebuild(project?: string): Promise<number> {
    const { client } = this.services;
    const { id } = await client.write<Rebuild>('POST', '/v1/ops/ingestion/rebuild', project ? { project } : {});
    const finished = async () => {
      const rebuild = await client.get<Rebuild>(`/v1/ops/ingestion/rebuild/${id}`);
      return rebuild.finishedAt === null ? undefined : rebuild;
    };
    return (await eventually(finished, 'everything to be published again', 60_000)).published;
  }

  /** What a process counts under the name of a metric, over all labels. */
  async counted(one: ServiceProcess, metric: string): Promise<number> {
    const text = await (await fetch(one.metricsUrl())).text();
    const lines = text.split('\n').filter((line) => line.startsWith(`${metric}{`) || line.startsWith(`${metric} `));
    if (lines.length === 0) throw new Error(`${one.service} has no metric ${metric}`);
    return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
  }

  /** How many members a group has. */
  async members(group: string): Promise<number> {
    let members = 0;
    await this.asAdministrator(async (admin) => {
      members = (await admin.describeGroups([group])).groups[0]!.members.length;
    });
    return members;
  }

  /** Kafka forgets how far a group is; it must have no members. */
  async forgetGroup(group: string): Promise<void> {
    await this.asAdministrator(async (admin) => void (await admin.deleteGroups([group])));
  }

  /** I3 and I4, over everything that was published since the system started. */
  async published(): Promise<string[]> {
    const numbered = new Map<string, number>();
    for (const service of SERVICE_NAMES)
      for (const { topic, partition, sequence } of await this.numbered(service))
        numbered.set(`${topic}/${partition} of /assay/${service}`, sequence);
    const log = this.openLog();
    try {
      return await sequenceProblems(log, [...new Set(CATALOGUE.map(({ topic }) => topic.name))], numbered);
    } finally {
      await log.close();
    }
  }

  /** How far a service has numbered what it publishes, when all of it is published. */
  private async numbered(service: ServiceName): Promise<Numbered['published']> {
    const ask = () => this.services.client.get<Numbered>(`/v1/ops/${service}/accounting`);
    const { published } = await eventually(
      async () => {
        // Its lines may have been mended just now.
        const answer = await ask().catch(() => undefined);
        return answer?.outboxPending === 0 ? answer : undefined;
      },
      `${service} to publish everything`,
      60_000,
    );
    return published;
  }

  /** I8: what has ended by itself since this was asked last, but for what was armed to. */
  fallenNow(): string[] {
    const fresh = this.services.launched.filter((one) => one.hasFallen() && !this.fallen.has(one));
    for (const one of fresh) this.fallen.add(one);
    return fresh
      .filter((one) => !one.said().includes(KILLED) && !one.said().includes(ASKED))
      .map((one) => `I8: ${one.service} ${one.pid} ended by itself: ${one.said().slice(-500)}`);
  }

  /** I2, over all projects, as an operator asks. */
  async imbalances(): Promise<string[]> {
    const { code, out, said } = await commandLine(this.services.dataDir, 'admin', 'audit', 'verify');
    return code === 0 ? [] : [`I2: audit verify: ${out}${said}`];
  }

  /** The process of all that ever ran that had the most memory; undefined where the system does not tell. */
  largest(): { service: ServiceName; mebibytes: number } | undefined {
    let largest: { service: ServiceName; mebibytes: number } | undefined;
    for (const { service, mostResident } of this.services.launched) {
      const mebibytes = mostResident();
      if (mebibytes !== undefined && mebibytes > (largest?.mebibytes ?? 0)) largest = { service, mebibytes };
    }
    return largest;
  }

  /** I8: a process that had more memory than it is given. */
  tooLarge(): string[] {
    const { service, mebibytes = 0 } = this.largest() ?? {};
    return mebibytes > MEMORY ? [`I8: ${service} had ${mebibytes} MiB of memory, expected at most ${MEMORY}`] : [];
  }

  /** What services have not read, where any answers. */
  async unread(): Promise<string[]> {
    const ofService = async (service: ServiceName) => {
      const { offsets } = await this.services.client.get<Offsets>(`/v1/ops/${service}/offsets`);
      const behind = offsets.filter(({ lag }) => lag > 0);
      return behind.map(
        ({ topic, partition, lag, state }) => `${service} ${topic}/${partition}: ${lag} unread, ${state}`,
      );
    };
    const all = await Promise.all(SERVICE_NAMES.map((service) => ofService(service).catch(() => [])));
    return all.flat();
  }

  /** Writes down what every process said that ever ran. @returns the file. */
  keepLogs(): string {
    const file = join(mkdtempSync(join(tmpdir(), 'assay-fault-')), 'log');
    const said = this.services.launched.map((one) => `== ${one.service} ${one.pid}\n${one.said()}`);
    writeFileSync(file, said.join('\n'));
    return file;
  }

  /** One plain instance of each service, whatever there is now. */
  async mend(): Promise<void> {
    this.kafkaLine.open();
    this.postgresLine.open();
    for (const one of this.services.running) if (one.isSpecial) await this.services.end(one);
    await this.services.startMissing();
  }

  async stop(): Promise<void> {
    await this.services.stop();
    await this.broker.stop();
    await Promise.all([this.kafkaLine.stop(), this.postgresLine.stop()]);
  }

  private async asAdministrator(work: (admin: Admin) => Promise<void>): Promise<void> {
    const admin = new Kafka({ brokers: [this.broker.brokers], logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    try {
      await work(admin);
    } finally {
      await admin.disconnect();
    }
  }
}

interface Rebuild {
  id: string;
  finishedAt: string | null;
  published: number;
}

interface Numbered {
  outboxPending: number;
  published: { topic: string; partition: number; sequence: number }[];
}

interface Passed {
  unpublished: number;
  position: number;
}

interface Offsets {
  offsets: { topic: string; partition: number; lag: number; state: string }[];
}
