import { CATALOGUE } from '@assay/contracts/catalogue';
import { kafkaAcls } from '@assay/contracts/generate/kafka-acls';
import { topicList } from '@assay/contracts/generate/topic-list';
import { Settings } from '@assay/platform/config/settings';
import { type EventLog, LogRefused, type SubscribeOptions } from '@assay/platform/event-log/event-log';
import { KafkaEventLog } from '@assay/platform/event-log/kafka-event-log';
import {
  AclOperationTypes,
  AclPermissionTypes,
  AclResourceTypes,
  Kafka,
  logLevel,
  ResourcePatternTypes,
} from 'kafkajs';
import { PLATFORM_MIGRATIONS } from '@assay/platform/transport/platform-migrations';
import { commandLineWith } from '../support/command-line';
import { type FreshDatabase, freshDatabase } from '../support/database';
import { eventually } from '../support/eventually';
import { freePort } from '../support/free-port';
import { describeOnOwnKafka, stopBroker } from '../support/kafka';
import { OPERATOR, type Pem, type SecureBroker, secureBroker } from '../support/secure-broker';
import { startProgram } from '../support/program';
import { silentLogger } from '../support/silent-logger';
import { testDefinition } from '../support/test-service';

const TOPICS = topicList(CATALOGUE);
const users = { 'assay-consensus': 'of-consensus', 'assay-tools': 'of-tools' };
const open: EventLog[] = [];

describeOnOwnKafka('a broker that speaks TLS, knows its users and denies what nobody allowed', () => {
  let broker: SecureBroker;

  beforeAll(async () => {
    broker = await secureBroker(users);
  });
  afterAll(async () => {
    await Promise.all(open.map((log) => log.close()));
    await stopBroker(broker);
  });

  /** Settings of the operator, in the environment. */
  const environment = (other: Record<string, string> = {}) => ({
    ASSAY_KAFKA_BROKERS: broker.brokers,
    ASSAY_KAFKA_SSL_ENABLED: 'true',
    ASSAY_KAFKA_SSL_CA: broker.ca,
    ASSAY_KAFKA_SASL_MECHANISM: 'scram-sha-512',
    ASSAY_KAFKA_SASL_USERNAME: OPERATOR,
    ASSAY_KAFKA_SASL_PASSWORD: broker.password,
    ...other,
  });
  const apply = (...args: string[]) => commandLineWith(environment(), 'topics', 'apply', ...args);

  /** The event log as one of the users. */
  const logOf = (user: keyof typeof users, mechanism: Settings['kafkaSaslMechanism'] = 'scram-sha-512') =>
    logWith({
      kafkaBrokers: [broker.brokers],
      kafkaSaslMechanism: mechanism,
      kafkaSaslUsername: user,
      kafkaSaslPassword: users[user],
    });

  /** The event log as whom a certificate names. */
  const logBy = ({ certificate, key }: Partial<Pem>) =>
    logWith({ kafkaBrokers: [broker.certificateBrokers], kafkaSslCert: certificate, kafkaSslKey: key });

  const logWith = (settings: Partial<Settings>) => {
    const tls = { kafkaSslEnabled: true, kafkaSslCa: broker.ca };
    const log = new KafkaEventLog(Object.assign(new Settings(), tls, settings), silentLogger);
    open.push(log);
    return log;
  };

  describe('assay topics apply', () => {
    const total = TOPICS.length + kafkaAcls(CATALOGUE).reduce((sum, { operations }) => sum + operations.length, 0);

    it('refuses other partitions and copies with exit code 6, and changes nothing', async () => {
      const topic = 'assay.gold.pool.v1';
      await administrating(async (admin) => {
        await admin.createTopics({ topics: [{ topic, numPartitions: 3 }] });
        await eventually(async () => (await admin.listTopics()).includes(topic), 'the topic');
        const { code, out, said } = await apply('-o', 'json', '--replication', '2');
        expect(code).toBe(6);
        expect(said).toMatch('nothing was changed');
        const place = { do: 'refuse', what: 'topic', name: topic };
        expect(planOf(out)).toContainEqual({ ...place, detail: 'partitions 3; expected 12' });
        expect(planOf(out)).toContainEqual({ ...place, detail: 'replication 1; expected 2' });
        expect((await admin.listTopics()).filter((name) => name.startsWith('assay'))).toEqual([topic]);
        await admin.deleteTopics({ topics: [topic] });
        await eventually(async () => !(await admin.listTopics()).includes(topic), 'the topic to be gone');
      });
    });

    it('says what is missing and changes nothing with --dry-run', async () => {
      const { code, out } = await apply('--acls', '--dry-run', '-o', 'json');
      expect(code).toBe(0);
      expect(planOf(out)).toHaveLength(total);
    });

    it('makes topics with their partitions and configuration, and permissions', async () => {
      const { code, out, said } = await apply('--acls', '--min-insync', '1', '--replication', '1', '-o', 'csv');
      expect(said).toMatch(`${total} done`);
      expect(code).toBe(0);
      expect(out.split('\n')).toContain(
        'create,topic,assay.access.events.v1,"12 partitions, 1 copies, 1 in sync, compacted"',
      );
      expect(out.split('\n')).toContain('allow,group,consensus,User:assay-consensus read');
    });

    it('has nothing to do when it is run again', async () => {
      const again = await apply('--acls', '--min-insync', '1', '--replication', '1');
      expect(again).toMatchObject({ code: 0, out: '', said: expect.stringMatching(/nothing to do/) });
    });

    it('brings back configuration that differs, and leaves what others configured', async () => {
      const topic = 'assay.item.events.v1';
      await administrating(async (admin) => {
        await admin.alterConfigs({
          validateOnly: false,
          resources: [
            {
              type: 2,
              name: topic,
              configEntries: [
                { name: 'cleanup.policy', value: 'compact' },
                { name: 'retention.ms', value: '123456789' },
              ],
            },
          ],
        });
      });
      // A broker takes a change before it shows it.
      await eventually(async () => /change/.test((await apply('--dry-run', '-o', 'json')).out), 'the change');
      const { code, out } = await apply('-o', 'json');
      expect(code).toBe(0);
      expect(planOf(out)).toEqual([
        { do: 'change', what: 'topic', name: topic, detail: 'cleanup.policy compact to delete' },
        { do: 'change', what: 'topic', name: topic, detail: 'max.message.bytes 1048588 to 2097152' },
        { do: 'change', what: 'topic', name: topic, detail: 'compression.type producer to uncompressed' },
      ]);
      expect((await apply()).said).toMatch('nothing to do');
      await administrating(async (admin) => {
        const { resources } = await admin.describeConfigs({
          includeSynonyms: false,
          resources: [{ type: 2, name: topic }],
        });
        expect(resources[0]!.configEntries.find(({ configName }) => configName === 'retention.ms')?.configValue).toBe(
          '123456789',
        );
      });
    });
  });

  describe('permissions', () => {
    it('let a service read what the catalogue gives it, in its own group', async () => {
      const topics = TOPICS.filter(({ readers }) => readers.includes('consensus')).map(({ name }) => name);
      const lanes = await lanesOf(logOf('assay-consensus'), 'consensus', topics);
      expect(lanes).toHaveLength(12);
    });

    it.each(['assay.gold.items.v1', 'assay.gold.checks.v1'])('keep consensus from reading %s', async (topic) => {
      await expect(lanesOf(logOf('assay-consensus'), 'consensus', [topic])).rejects.toThrow(/not authorized/i);
      await expect(logOf('assay-consensus').offsets(topic)).rejects.toThrow(/not authorized/i);
    });

    it('keep a service out of the group of another, and say who has to be allowed what', async () => {
      await expect(logOf('assay-consensus').subscribe(reading('scoring', ['assay.item.events.v1']))).rejects.toThrow(
        'not authorized: Kafka does not let User:assay-consensus read group scoring; expected it to be allowed (assay topics apply --acls)',
      );
    });

    it('that are withdrawn while a member reads end its subscription, which names the topic', async () => {
      const topic = 'assay.gold.items.v1';
      const name = { resourceType: AclResourceTypes.TOPIC, resourceName: topic } as const;
      const who = { principal: 'User:assay-consensus', host: '*', resourcePatternType: ResourcePatternTypes.LITERAL };
      const acl = { ...name, ...who, operation: AclOperationTypes.READ, permissionType: AclPermissionTypes.ALLOW };
      await administrating((admin) => admin.createAcls({ acl: [acl] }));
      const crashed: Error[] = [];
      const subscribing = () => {
        const onCrash = (error: Error) => void crashed.push(error);
        return logOf('assay-consensus').subscribe({ ...reading('consensus', [topic]), onCrash });
      };
      // A broker takes a permission before it heeds it.
      const subscription = await eventually(() => subscribing().catch(() => undefined), 'the permission to be heeded');
      await eventually(() => subscription.lanes().length === 12, 'lanes');
      await administrating((admin) => admin.deleteAcls({ filters: [acl] }));
      await eventually(() => crashed.length > 0, 'the subscription to end');
      expect(crashed.map(({ message }) => message)).toEqual([
        `not authorized: Kafka does not let User:assay-consensus read topic ${topic}; expected it to be allowed (assay topics apply --acls)`,
      ]);
      expect(crashed[0]).toBeInstanceOf(LogRefused);
    });

    it('let a service write what the catalogue gives it and nothing else', async () => {
      const appended = await logOf('assay-consensus').append([aRecord('assay.consensus.events.v1')]);
      expect(appended).toEqual([expect.objectContaining({ firstOffset: 0, count: 1 })]);
      await refused(
        'assay-consensus',
        TOPICS.filter(({ writers }) => !writers.includes('consensus')).map(({ name }) => name),
      );
    });

    it('let tools write what comes in and no internal topic', async () => {
      const appended = await logOf('assay-tools').append([aRecord('assay.inbound.v1')]);
      expect(appended).toEqual([expect.objectContaining({ firstOffset: 0, count: 1 })]);
      await refused(
        'assay-tools',
        TOPICS.filter(({ writers }) => !writers.includes('tools')).map(({ name }) => name),
      );
    });

    it('let tools read the topics that are for them and no other', async () => {
      for (const { name, audience } of TOPICS.filter(({ writers }) => !writers.includes('tools'))) {
        const read = logOf('assay-tools').offsets(name);
        if (audience === 'tools') await expect(read).resolves.toHaveLength(12);
        else await expect(read).rejects.toThrow(/not authorized/i);
      }
    });

    it('that a service lacks for writing are named to it', async () => {
      const log = logOf('assay-consensus');
      // Which it may read, and so sees.
      await expect(log.append([aRecord('assay.item.events.v1')])).rejects.toThrow(
        'not authorized: Kafka does not let User:assay-consensus write topic assay.item.events.v1; expected it to be allowed',
      );
      await expect(log.append([aRecord('assay.gold.items.v1')])).rejects.toThrow(
        'topic assay.gold.items.v1 is not in Kafka, or is hidden from User:assay-consensus',
      );
    });

    /** Not only this client's word: a producer that asks nothing first is refused by the broker as well. */
    const refused = async (user: keyof typeof users, topics: readonly string[]) => {
      const producer = kafkaOf(user, users[user]).producer({ retry: { retries: 0 } });
      await producer.connect();
      const allowed: string[] = [];
      for (const topic of topics) {
        const sent = producer.send({ topic, messages: [{ partition: 0, value: 'x' }] });
        const error = await sent.then(
          () => undefined,
          (one: Error) => one,
        );
        if (!/not authorized/i.test(error?.message ?? '')) allowed.push(`${topic}: ${error?.message}`);
      }
      await producer.disconnect();
      expect(topics.length).toBeGreaterThan(10);
      expect(allowed).toEqual([]);
    };
  });

  describe('a client is known', () => {
    const topics = TOPICS.filter(({ readers }) => readers.includes('consensus')).map(({ name }) => name);

    it.each(['scram-sha-256', 'scram-sha-512'] as const)('by %s', async (mechanism) => {
      const log = logOf('assay-consensus', mechanism);
      expect(await lanesOf(log, 'consensus', topics)).toHaveLength(12);
      expect(await log.append([aRecord('assay.consensus.events.v1')])).toHaveLength(1);
      await expect(log.offsets('assay.gold.items.v1')).rejects.toThrow(/not authorized.* User:assay-consensus /);
    });

    it('by its certificate, and may what the user may whom it names', async () => {
      const log = logBy(broker.certificateOf('assay-consensus'));
      expect(await lanesOf(log, 'consensus', topics)).toHaveLength(12);
      expect(await log.append([aRecord('assay.consensus.events.v1')])).toHaveLength(1);
      await expect(log.offsets('assay.gold.items.v1')).rejects.toThrow(
        /not authorized.* the user of this certificate /,
      );
    });

    it.each([
      ['without a certificate', () => ({})],
      ['with one that another authority signed', () => broker.certificateOf('assay-consensus', 'other')],
    ])('not %s, which is not tried again', async (_how, pem) => {
      const failure: unknown = await logBy(pem()).subscribe(reading('consensus', topics)).catch((error: unknown) => error); // prettier-ignore
      expect(failure).toMatchObject({ message: expect.stringMatching(/alert.* certificate/) });
    });
  });

  describe('what brokers and this client do not accept of each other ends a start at once, with the reason', () => {
    let database: FreshDatabase;
    beforeAll(async () => {
      database = await freshDatabase([testDefinition('ingestion')], PLATFORM_MIGRATIONS);
    });
    afterAll(() => database.drop());

    /** A service in a process of its own. */
    const start = (other: Record<string, string>) =>
      startProgram('service-program.ts', [
        JSON.stringify({
          ...environment(other),
          ASSAY_LOG: 'kafka',
          ASSAY_DATABASE_URL: database.adminUrl,
          ASSAY_HTTP_PORT: '0',
          ASSAY_METRICS_PORT: '0',
        }),
      ]);

    it('nothing of it with the right settings', async () => {
      const service = start({});
      await service.line(/"listening"/);
      await service.kill();
    });

    it.each([
      ['a wrong password', () => ({ ASSAY_KAFKA_SASL_PASSWORD: 'wrong' }), /invalid credentials/],
      ['a mechanism that the broker has not', () => ({ ASSAY_KAFKA_SASL_MECHANISM: 'plain' }), /SASL mechanism/],
      ['a broker that another authority signed', () => ({ ASSAY_KAFKA_SSL_CA: broker.otherCa }), /certificate/],
    ])('%s', async (_what, other, reason) => {
      const operator = await commandLineWith(environment(other()), 'topics', 'apply');
      expect(operator).toMatchObject({ code: 4, said: expect.stringMatching(reason) });
      const service = start(other());
      expect(await service.ended).toBe(1);
      expect(service.lines.at(-1)).toMatch(/^assay ingestion: /);
      expect(service.lines.at(-1)).toMatch(reason);
    });

    it.each([
      [
        'a user who may not read what the service reads',
        () => ({ ASSAY_KAFKA_SASL_USERNAME: 'assay-tools', ASSAY_KAFKA_SASL_PASSWORD: users['assay-tools'] }),
        /not authorized: Kafka does not let User:assay-tools read /,
      ],
      [
        'a certificate of an authority that the brokers do not know',
        () => {
          const { certificate, key } = broker.certificateOf(OPERATOR, 'other');
          const pem = { ASSAY_KAFKA_SSL_CERT: certificate, ASSAY_KAFKA_SSL_KEY: key };
          return { ...pem, ASSAY_KAFKA_BROKERS: broker.certificateBrokers, ASSAY_KAFKA_SASL_MECHANISM: '' };
        },
        /alert certificate unknown/,
      ],
    ])('%s', async (_what, other, reason) => {
      const service = start(other());
      expect(await service.ended).toBe(1);
      expect(service.lines.join('\n')).toMatch(reason);
    });
  });

  it('says where no broker answers', async () => {
    const nobody = `127.0.0.1:${await freePort()}`;
    const { code, said } = await commandLineWith(environment({ ASSAY_KAFKA_BROKERS: nobody }), 'topics', 'apply');
    expect(said).toMatch(`Kafka at ${nobody}: `);
    expect(code).toBe(5);
  });

  const kafkaOf = (username: string, password: string) =>
    new Kafka({
      brokers: [broker.brokers],
      ssl: { ca: [broker.ca] },
      sasl: { mechanism: 'scram-sha-512', username, password },
      logLevel: logLevel.NOTHING,
      retry: { retries: 0 },
    });

  const administrating = async (act: (admin: ReturnType<Kafka['admin']>) => Promise<unknown>) => {
    const admin = kafkaOf(OPERATOR, broker.password).admin();
    await admin.connect();
    await act(admin).finally(() => admin.disconnect());
  };
});

function planOf(out: string): unknown[] {
  return JSON.parse(out) as unknown[];
}

function aRecord(topic: string) {
  return { topic, partition: 0, key: 'key', headers: {}, value: Buffer.from('{}') };
}

/** Joins a group and gives the lanes that it got; leaves it again. */
async function lanesOf(log: EventLog, group: string, topics: string[]): Promise<number[]> {
  const crashed: Error[] = [];
  const subscription = await log.subscribe({ ...reading(group, topics), onCrash: (error) => void crashed.push(error) });
  try {
    return await eventually(
      () => {
        if (crashed[0]) throw crashed[0];
        const lanes = subscription.lanes();
        return lanes.length > 0 ? lanes : undefined;
      },
      `lanes of ${topics.join(', ')}`,
    );
  } finally {
    await subscription.stop();
  }
}

function reading(group: string, topics: string[]): SubscribeOptions {
  return {
    group,
    topics,
    positions: async () => new Map(),
    eachBatch: async () => undefined,
    onCrash: () => undefined,
  };
}
