import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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

/** Environment of a process that does something at a moment: see `arm.cjs`. */
export const armed = (what: string): Record<string, string> => ({
  NODE_OPTIONS: `-r ${join(__dirname, 'arm.cjs')}`,
  ASSAY_TEST_FAILPOINT: what,
});

/** What no consumer can read, each in its own way. */
const POISON: readonly (Buffer | null)[] = [
  Buffer.from('no json'),
  Buffer.from([0xff, 0xfe, 0x00, 0xc3, 0x28]),
  null,
  Buffer.alloc(0),
  Buffer.from('null'),
  Buffer.from('[]'),
  Buffer.from('{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}'),
  Buffer.from('['.repeat(100_000)),
  Buffer.from(`{"project":"${'x'.repeat(1_500_000)}"}`),
  Buffer.from('{"project":"nowhere","item":"i","label":{"toString":1}}'),
];

/** MiB that docs/operations.md gives a service: of V8's heap, and of memory in all. */
const HEAP = 256;
export const MEMORY = 512;

/** Five services in processes of their own, a real broker and a real PostgreSQL, both behind lines that can be spoiled. */
export class FaultSystem {
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

  /** Puts records that nobody can read on every topic, as events of known types, of unknown ones, and without any header. */
  async poison(): Promise<void> {
    const log = this.openLog();
    try {
      for (const { type, topic } of CATALOGUE) {
        const known = { ce_type: type, ce_source: '/poison', ce_specversion: '1.0' };
        const records = POISON.flatMap((value, at) => {
          const headers: Record<string, string>[] = [{ ...known, ce_id: `poison-${at}` }, { ce_type: 'unknown' }, {}];
          const place = { topic: topic.name, partition: at % topic.partitions, key: `poison/${at}` };
          return headers.map((one) => ({ ...place, headers: one, value }));
        });
        await log.append(records);
      }
    } finally {
      await log.close();
    }
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

  /** Kafka forgets how far a group is; it must have no members. */
  async forgetGroup(group: string): Promise<void> {
    await this.asAdministrator(async (admin) => void (await admin.deleteGroups([group])));
  }

  /** I3 and I4, over everything that was published since the system started. */
  async published(): Promise<string[]> {
    const log = this.openLog();
    try {
      return await sequenceProblems(log, [...new Set(CATALOGUE.map(({ topic }) => topic.name))]);
    } finally {
      await log.close();
    }
  }

  /** I2, over all projects, as an operator asks. */
  async imbalances(): Promise<string[]> {
    const { code, out, said } = await commandLine(this.services.dataDir, 'admin', 'audit', 'verify');
    return code === 0 ? [] : [`I2: audit verify: ${out}${said}`];
  }

  /** The process of those that run that had the most memory; undefined where the system does not tell. */
  largest(): { service: ServiceName; mebibytes: number } | undefined {
    let largest: { service: ServiceName; mebibytes: number } | undefined;
    for (const { service, mostResident } of this.services.running) {
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

interface Offsets {
  offsets: { topic: string; partition: number; lag: number; state: string }[];
}
