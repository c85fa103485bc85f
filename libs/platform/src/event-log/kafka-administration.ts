import { setTimeout as sleep } from 'node:timers/promises';
import {
  AclOperationTypes,
  AclPermissionTypes,
  AclResourceTypes,
  type AclEntry,
  type Admin,
  ConfigResourceTypes,
  ConfigSource,
  ResourcePatternTypes,
} from 'kafkajs';
import { type KafkaAcl } from '@assay/contracts/generate/kafka-acls';
import { type TopicSettings } from './event-log';
import { kafkaClient, type KafkaLogger, type KafkaSettings } from './kafka-client';
import { kafkaTopic, topicConfiguration, type TopicOptions } from './kafka-topics';

/** What brokers are to have. */
export interface WantedKafka extends TopicOptions {
  topics: readonly TopicSettings[];
  /** Permissions; none are looked at without it. */
  acls?: readonly KafkaAcl[];
}

/** One thing in which brokers differ from what is wanted. */
export type KafkaDifference =
  | { type: 'topic-missing'; topic: TopicSettings }
  | { type: 'configuration-differs'; topic: string; name: string; found: string; wanted: string }
  | { type: 'permission-missing'; acl: KafkaAcl; operation: KafkaAcl['operations'][number] }
  /** What cannot be changed without moving records: partitions decide the lanes of keys, copies are moved by Kafka's own tool. */
  | { type: 'layout-differs'; topic: string; what: 'partitions' | 'replication'; found: number; wanted: number };

const operations = {
  read: AclOperationTypes.READ,
  write: AclOperationTypes.WRITE,
  describe: AclOperationTypes.DESCRIBE,
} as const;
const resources = { topic: AclResourceTypes.TOPIC, group: AclResourceTypes.GROUP } as const;

/** A broker that makes hundreds of partitions shows what came after them only then. */
const PATIENCE_MS = 60_000;

/** The administrator's side of Kafka: compares brokers with what is wanted, and brings them there. */
export class KafkaAdministration {
  private constructor(private readonly admin: Admin) {}

  /**
   * Connects to the brokers that the settings name.
   * @throws Error where none answers, or where they refuse this client.
   */
  static async open(settings: KafkaSettings, logger: KafkaLogger): Promise<KafkaAdministration> {
    const admin = kafkaClient(settings, logger).admin();
    try {
      await admin.connect();
    } catch (error) {
      await admin.disconnect().catch(() => undefined);
      throw error;
    }
    return new KafkaAdministration(admin);
  }

  async close(): Promise<void> {
    await this.admin.disconnect();
  }

  /** Everything in which the brokers differ, topics first; what they have besides is left alone. */
  async differences(wanted: WantedKafka): Promise<KafkaDifference[]> {
    const there = new Set(await this.admin.listTopics());
    const known = wanted.topics.filter(({ name }) => there.has(name));
    const missing = wanted.topics.filter(({ name }) => !there.has(name));
    return [
      ...missing.map((topic) => ({ type: 'topic-missing' as const, topic })),
      ...(await this.layoutDifferences(known, wanted)),
      ...(await this.configurationDifferences(known, wanted)),
      ...(await this.missingPermissions(wanted.acls)),
    ];
  }

  /**
   * Does away with differences, and waits until the broker shows none. Done twice it is as done once.
   * @throws Error on a `layout-differs`, before anything is changed, and where the broker still shows some after a minute.
   */
  async apply(differences: readonly KafkaDifference[], wanted: WantedKafka): Promise<void> {
    const stuck = differences.find((one) => one.type === 'layout-differs');
    if (stuck) throw new Error(`${stuck.what} of topic ${stuck.topic}: ${stuck.found}; expected ${stuck.wanted}`);
    const topics = differences.flatMap((one) => (one.type === 'topic-missing' ? [kafkaTopic(one.topic, wanted)] : []));
    if (topics.length > 0) await this.admin.createTopics({ topics, waitForLeaders: true });
    const changed = new Set(differences.flatMap((one) => (one.type === 'configuration-differs' ? [one.topic] : [])));
    await this.configure(
      wanted.topics.filter(({ name }) => changed.has(name)),
      wanted,
    );
    const acl = differences.flatMap((one) => (one.type === 'permission-missing' ? [entryOf(one)] : []));
    if (acl.length > 0) await this.admin.createAcls({ acl });
    await this.settled(wanted);
  }

  private async settled(wanted: WantedKafka): Promise<void> {
    const end = performance.now() + PATIENCE_MS;
    for (;;) {
      const left = (await this.differences(wanted)).length;
      if (left === 0) return;
      if (performance.now() > end)
        throw new Error(`${left} differences are left after ${PATIENCE_MS} ms: expected none`);
      await sleep(100);
    }
  }

  private async layoutDifferences(
    topics: readonly TopicSettings[],
    { replication }: TopicOptions,
  ): Promise<KafkaDifference[]> {
    if (topics.length === 0) return [];
    const { topics: found } = await this.admin.fetchTopicMetadata({ topics: topics.map(({ name }) => name) });
    const differences: KafkaDifference[] = [];
    for (const { name, partitions } of topics) {
      const layout = found.find((one) => one.name === name)?.partitions ?? [];
      const compare = (what: 'partitions' | 'replication', count: number, wanted: number) => {
        if (count !== wanted) differences.push({ type: 'layout-differs', topic: name, what, found: count, wanted });
      };
      compare('partitions', layout.length, partitions);
      const copies = Math.min(...layout.map(({ replicas }) => replicas.length));
      if (replication !== undefined) compare('replication', copies, replication);
    }
    return differences;
  }

  private async configurationDifferences(
    topics: readonly TopicSettings[],
    { minInsync }: TopicOptions,
  ): Promise<KafkaDifference[]> {
    const found = await this.configurations(topics);
    return topics.flatMap((topic) =>
      Object.entries(topicConfiguration(topic, minInsync)).flatMap(([name, wanted]) => {
        const value = found.get(topic.name)?.get(name)?.value ?? '';
        if (value === wanted) return [];
        return [{ type: 'configuration-differs' as const, topic: topic.name, name, found: value, wanted }];
      }),
    );
  }

  /** What each topic is configured to, and which of it was said of that very topic. */
  private async configurations(
    topics: readonly TopicSettings[],
  ): Promise<Map<string, Map<string, { value: string; isOwn: boolean }>>> {
    if (topics.length === 0) return new Map();
    const answer = await this.admin.describeConfigs({
      includeSynonyms: false,
      resources: topics.map(({ name }) => ({ type: ConfigResourceTypes.TOPIC, name })),
    });
    return new Map(
      answer.resources.map(({ resourceName, configEntries }) => [
        resourceName,
        new Map(
          configEntries.map(({ configName, configValue, configSource }) => [
            configName,
            { value: configValue, isOwn: configSource === ConfigSource.TOPIC_CONFIG },
          ]),
        ),
      ]),
    );
  }

  /** kafkajs knows the request alone that replaces everything said of a topic: what others said goes along. */
  private async configure(topics: readonly TopicSettings[], { minInsync }: TopicOptions): Promise<void> {
    if (topics.length === 0) return;
    const found = await this.configurations(topics);
    await this.admin.alterConfigs({
      validateOnly: false,
      resources: topics.map((topic) => {
        const own = [...(found.get(topic.name) ?? [])].filter(([, { isOwn }]) => isOwn);
        const kept = Object.fromEntries(own.map(([name, { value }]) => [name, value]));
        const entries = Object.entries({ ...kept, ...topicConfiguration(topic, minInsync) });
        return {
          type: ConfigResourceTypes.TOPIC,
          name: topic.name,
          configEntries: entries.map(([name, value]) => ({ name, value })),
        };
      }),
    });
  }

  private async missingPermissions(acls: readonly KafkaAcl[] = []): Promise<KafkaDifference[]> {
    if (acls.length === 0) return [];
    const { resources: found } = await this.admin.describeAcls({
      resourceType: AclResourceTypes.ANY,
      resourcePatternType: ResourcePatternTypes.LITERAL,
      operation: AclOperationTypes.ANY,
      permissionType: AclPermissionTypes.ALLOW,
    });
    const allowed = new Set(
      found.flatMap(({ resourceType, resourceName, acls: entries }) =>
        entries
          .filter(({ host }) => host === '*')
          .map(({ principal, operation }) => placeOf(principal, resourceType, resourceName, operation)),
      ),
    );
    return acls.flatMap((acl) =>
      acl.operations
        .filter((one) => !allowed.has(placeOf(acl.principal, resources[acl.resource], acl.name, operations[one])))
        .map((operation) => ({ type: 'permission-missing' as const, acl, operation })),
    );
  }
}

function entryOf({ acl, operation }: KafkaDifference & { type: 'permission-missing' }): AclEntry {
  return {
    principal: acl.principal,
    host: '*',
    operation: operations[operation],
    permissionType: AclPermissionTypes.ALLOW,
    resourceType: resources[acl.resource],
    resourceName: acl.name,
    resourcePatternType: ResourcePatternTypes.LITERAL,
  };
}

function placeOf(principal: string, resource: number, name: string, operation: number): string {
  return JSON.stringify([principal, resource, name, operation]);
}
