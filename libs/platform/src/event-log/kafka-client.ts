import { type KafkaConfig, Kafka, type LogEntry, logLevel, type SASLOptions } from 'kafkajs';
import { type Settings } from '../config/settings';
import { letIdleClientsRest } from './kafka-at-rest';
import { letRefusalsOut } from './kafka-refusals';

/** Gets what a client of Kafka has to say to an operator. */
export interface KafkaLogger {
  debug(message: string): void;
  warn(message: string): void;
}

/** What of the settings is about Kafka. */
export type KafkaSettings = Pick<
  Settings,
  | 'kafkaBrokers'
  | 'kafkaSslEnabled'
  | 'kafkaSslCa'
  | 'kafkaSslCert'
  | 'kafkaSslKey'
  | 'kafkaSaslMechanism'
  | 'kafkaSaslUsername'
  | 'kafkaSaslPassword'
>;

/** A client of the brokers that the settings name; it connects when it is first used. */
export function kafkaClient(settings: KafkaSettings, logger: KafkaLogger): Kafka {
  letIdleClientsRest();
  letRefusalsOut();
  return new Kafka({
    ...connectionOf(settings),
    clientId: 'assay',
    connectionTimeout: 3_000,
    requestTimeout: 15_000,
    // Longer waits are this code's own: it knows what may wait.
    retry: { initialRetryTime: 100, retries: 4, maxRetryTime: 1_000 },
    logLevel: logLevel.WARN,
    logCreator: () => (entry) => say(entry, logger),
  });
}

/** Brokers, TLS and credentials as kafkajs wants them. */
export function connectionOf(settings: KafkaSettings): Pick<KafkaConfig, 'brokers' | 'ssl' | 'sasl'> {
  const { kafkaBrokers: brokers = [], kafkaSslEnabled, kafkaSslCa, kafkaSslCert, kafkaSslKey } = settings;
  const ssl = kafkaSslEnabled && {
    ...(kafkaSslCa && { ca: [kafkaSslCa] }),
    ...(kafkaSslCert && { cert: kafkaSslCert, key: kafkaSslKey }),
  };
  return { brokers, ssl, sasl: saslOf(settings) };
}

function saslOf(settings: KafkaSettings): SASLOptions | undefined {
  const { kafkaSaslMechanism: mechanism, kafkaSaslUsername = '', kafkaSaslPassword = '' } = settings;
  return mechanism && { mechanism, username: kafkaSaslUsername, password: kafkaSaslPassword };
}

/** What a subscription says for itself, or the answer to a call that failed. */
const saidElsewhere = ['Connection', 'Consumer', 'Producer', 'BrokerPool'];

function say({ level, log, namespace }: LogEntry, logger: KafkaLogger): void {
  const error = typeof log.error === 'string' ? `: ${log.error}` : '';
  const text = `kafka ${namespace}: ${log.message}${error}`;
  if (level === logLevel.ERROR && !saidElsewhere.includes(namespace)) logger.warn(text);
  else logger.debug(text);
}
