import { type Settings } from '../config/settings';
import { LogRefused } from './event-log';

/** By what brokers know a client. */
type Identity = Pick<Settings, 'kafkaSaslUsername' | 'kafkaSslCert'>;

/** Something that Kafka has to allow. Topics are several where Kafka does not say which of them it was. */
export interface Wanted {
  operation: 'read' | 'write' | 'describe';
  resource: 'topic' | 'group';
  names: readonly string[];
}

/** What kind of resource an error says that this client may not use; undefined where it is about something else. */
export function refusedResource(error: unknown): Wanted['resource'] | undefined {
  for (let at = error as { type?: unknown; cause?: unknown } | undefined; at; at = nextCause(at)) {
    if (at.type === 'TOPIC_AUTHORIZATION_FAILED') return 'topic';
    if (at.type === 'GROUP_AUTHORIZATION_FAILED') return 'group';
  }
  return undefined;
}

/** Says who may not do what, and what to do. */
export function refused(settings: Identity, { operation, resource, names }: Wanted, cause: unknown): LogRefused {
  const what = names.length === 1 ? `${resource} ${names[0]}` : `one of the ${resource}s ${names.join(', ')}`;
  return new LogRefused(
    `not authorized: Kafka does not let ${principalOf(settings)} ${operation} ${what}; expected it to be allowed (assay topics apply --acls)`,
    { cause },
  );
}

/** As whom brokers know this client. */
export function principalOf({ kafkaSaslUsername, kafkaSslCert }: Identity): string {
  if (kafkaSaslUsername !== undefined) return `User:${kafkaSaslUsername}`;
  return kafkaSslCert === undefined ? 'User:ANONYMOUS' : 'the user of this certificate (ASSAY_KAFKA_SSL_CERT)';
}

function nextCause(error: { cause?: unknown }): { type?: unknown; cause?: unknown } | undefined {
  return error.cause === error ? undefined : (error.cause as { type?: unknown; cause?: unknown } | undefined);
}

/** What is touched of a pool of brokers. */
interface BrokerPool {
  withBroker<T>(ask: (broker: unknown) => Promise<T>): Promise<T | null>;
}

let askAny: BrokerPool['withBroker'];

/**
 * kafkajs 2.2.4 asks one broker after the other who coordinates a group and forgets why none answered: a group that is not allowed is to it
 * one that nobody coordinates, for ever. Here the refusal comes out, in every client of this process. Done twice it is as done once.
 */
export function letRefusalsOut(): void {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- no part of what kafkajs exports
  const { prototype } = require('kafkajs/src/cluster/brokerPool') as { prototype: BrokerPool };
  if (prototype.withBroker !== askUntilRefused) askAny = prototype.withBroker;
  prototype.withBroker = askUntilRefused;
}

async function askUntilRefused<T>(this: BrokerPool, ask: (broker: unknown) => Promise<T>): Promise<T | null> {
  let refusal: unknown;
  const answer = await askAny.call(this, (broker) =>
    ask(broker).catch((error: unknown) => {
      if (refusedResource(error)) refusal = error;
      throw error;
    }),
  );
  if (answer === null && refusal !== undefined) throw refusal as Error;
  return answer as T | null;
}
