import { type ChildProcess, execFile, execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { eventually } from './eventually';
import { freePort } from './free-port';
import { kafkaJars } from './kafka-jars';
import { spawnTied } from './tied-process';

const run = promisify(execFile);

/** The two lines of releases that Assay is tested on. */
export const KAFKA_VERSIONS = ['3.9.1', '4.1.0'] as const;
export const NEWEST_KAFKA = '4.1.0';

/** How a broker for tests can be had here, best first; undefined where it cannot. */
export type BrokerSource = 'environment' | 'docker' | 'java';

/** A broker of a test's own. */
export interface Broker {
  /** host:port, separated by commas. */
  brokers: string;
  /** Of the process, where it is one of this machine's. */
  pid?: number;
  /** kill -9; its data stays. */
  kill(): Promise<void>;
  /** Starts it again on the same port and the same data. */
  restart(): Promise<void>;
  /** Ends it and removes its data. */
  stop(): Promise<void>;
}

export interface BrokerOptions {
  version?: string;
  /** Any free one without it. */
  port?: number;
  /** Lines of server.properties that are added to, or stand for, those of a plain broker. */
  properties?: Readonly<Record<string, string>>;
  /** Arguments of the storage tool, as `--add-scram ...`. */
  formatting?: readonly string[];
  /** Port that clients are told, where they come through a proxy. */
  advertisedPort?: number;
}

/** Finds out how a broker can be had; looks once. */
export function brokerSource(): BrokerSource | undefined {
  if (process.env.KAFKA_BROKERS) return 'environment';
  if (answers('docker', ['info'])) return 'docker';
  if (answers('java', ['-version']) && answers('mvn', ['-v'])) return 'java';
  return undefined;
}

/** A broker for a suite that shares it with others by using topics and groups of its own names. */
export async function aBroker(version: string = NEWEST_KAFKA): Promise<Broker> {
  const source = brokerSource();
  if (source === 'environment') return foreignBroker(process.env.KAFKA_BROKERS!);
  if (source === 'docker') return dockerBroker(version);
  return startBroker({ version });
}

/** Whoever runs it starts and ends it. */
function foreignBroker(brokers: string): Broker {
  const never = () => Promise.reject(new Error(`the broker at ${brokers} is not this test's to kill`));
  return { brokers, kill: never, restart: never, stop: () => Promise.resolve() };
}

async function dockerBroker(version: string): Promise<Broker> {
  const port = await freePort();
  const name = `assay-test-kafka-${randomBytes(4).toString('hex')}`;
  const environment = {
    ...kraft(port, 9093),
    listeners: 'PLAINTEXT://0.0.0.0:9092,CONTROLLER://127.0.0.1:9093',
    'log.dirs': '/tmp/kafka',
  };
  const settings = Object.entries(environment).flatMap(([key, value]) => [
    '-e',
    `KAFKA_${key.toUpperCase().replaceAll('.', '_')}=${value}`,
  ]);
  const publish = ['-p', `127.0.0.1:${port}:9092`];
  await run('docker', ['run', '-d', '--name', name, ...publish, ...settings, `apache/kafka:${version}`]);
  await listening(port);
  return {
    brokers: `127.0.0.1:${port}`,
    kill: async () => void (await run('docker', ['kill', name])),
    restart: async () => {
      await run('docker', ['start', name]);
      await listening(port);
    },
    stop: async () => void (await run('docker', ['rm', '-f', name])),
  };
}

/** Apache Kafka on this machine's Java: KRaft, one node, data in a temporary folder. */
export async function startBroker(options: BrokerOptions = {}): Promise<Broker> {
  const { version = NEWEST_KAFKA, properties = {}, formatting = [] } = options;
  const jars = await kafkaJars(version);
  const folder = mkdtempSync(join(tmpdir(), 'assay-kafka-'));
  const [port, controllerPort] = [options.port ?? (await freePort()), await freePort()];
  const file = join(folder, 'server.properties');
  const lines = { ...kraft(options.advertisedPort ?? port, controllerPort), 'log.dirs': join(folder, 'data') };
  const listeners = `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`;
  const filled = Object.entries({ ...lines, listeners, ...properties }).map(([key, value]) => {
    return `${key}=${value.replaceAll('{port}', String(port)).replaceAll('{controller}', String(controllerPort))}`;
  });
  writeFileSync(file, filled.join('\n'));
  const classPath = ['-cp', join(jars, '*')];
  // An id may begin with a hyphen, which an argument of its own would not.
  const cluster = `--cluster-id=${randomBytes(16).toString('base64url')}`;
  const format = ['kafka.tools.StorageTool', 'format', cluster, '-c', file];
  await run('java', [...classPath, ...format, ...formatting]);
  let child: ChildProcess;
  const start = async () => {
    const memory = ['-Xmx512m', '-Xms256m', '-XX:+UseSerialGC'];
    const quiet = '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn';
    child = spawnTied('java', [...memory, quiet, ...classPath, 'kafka.Kafka', file]);
    const said: string[] = [];
    for (const stream of [child.stdout!, child.stderr!])
      createInterface(stream).on('line', (line) => said.length < 200 && said.push(line));
    const ended = once(child, 'exit').then(() => {
      throw new Error(`Kafka ${version} ended: ${said.join('\n')}`);
    });
    ended.catch(() => undefined);
    await Promise.race([
      listening(port, () => `Kafka ${version} on port ${port}, which said: ${said.join('\n')}`),
      ended,
    ]);
  };
  const kill = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  };
  await start();
  return {
    brokers: `127.0.0.1:${port}`,
    get pid() {
      return child.pid;
    },
    kill,
    restart: start,
    stop: async () => {
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Settings of a node that is broker and controller in one, and keeps one copy of everything. */
function kraft(advertisedPort: number, controllerPort: number): Record<string, string> {
  return {
    'process.roles': 'broker,controller',
    'node.id': '1',
    'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
    'controller.listener.names': 'CONTROLLER',
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${advertisedPort}`,
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'offsets.topic.replication.factor': '1',
    'offsets.topic.num.partitions': '4',
    'transaction.state.log.replication.factor': '1',
    'transaction.state.log.min.isr': '1',
    'group.initial.rebalance.delay.ms': '0',
    'auto.create.topics.enable': 'false',
  };
}

async function listening(port: number, what = () => `Kafka on port ${port}`): Promise<void> {
  const accepts = () =>
    new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1');
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
      socket.once('connect', () => socket.destroy());
    });
  await eventually(accepts, what, 120_000);
}

/** Whether a program is there and content. */
export function answers(program: string, args: readonly string[]): boolean {
  try {
    execFileSync(program, args, { stdio: 'ignore', timeout: 60_000 });
    return true;
  } catch {
    return false;
  }
}
