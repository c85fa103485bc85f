import { type ITopicConfig } from 'kafkajs';
import { type TopicSettings } from './event-log';

/** Largest record that a topic takes: an event of the largest body that HTTP takes, and what is around it. */
const MOST_BYTES = 2_097_152;

/** How a topic is made where the broker's defaults are not to decide. */
export interface TopicOptions {
  /** Copies of each partition; the broker's default without it. */
  replication?: number;
  /** Copies that must have a record before it is acknowledged. */
  minInsync?: number;
}

/** A topic as Kafka is asked for it. */
export function kafkaTopic(topic: TopicSettings, { replication, minInsync }: TopicOptions = {}): ITopicConfig {
  return {
    topic: topic.name,
    numPartitions: topic.partitions,
    replicationFactor: replication ?? -1,
    configEntries: Object.entries(topicConfiguration(topic, minInsync)).map(([name, value]) => ({ name, value })),
  };
}

/** What Assay wants of a topic's configuration; all else is the broker's. */
export function topicConfiguration({ compacted }: TopicSettings, minInsync?: number): Record<string, string> {
  return {
    'cleanup.policy': compacted ? 'compact' : 'delete',
    'max.message.bytes': String(MOST_BYTES),
    // Records are read here uncompressed or in gzip alone. The broker unpacks what others send, however they pack it.
    'compression.type': 'uncompressed',
    ...(minInsync !== undefined && { 'min.insync.replicas': String(minInsync) }),
  };
}
