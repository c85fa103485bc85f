import { type DataClass } from './fields';

/** A topic of the event log. Its key is the unit of order and of scale; topics with the same `lane` share partition numbers. */
export interface Topic {
  name: string;
  /** What the key is made of: topics with one kind of lane that a service reads form its lanes. */
  lane: 'project' | 'worker' | 'project-worker' | 'item' | 'tool' | 'access';
  partitions: number;
  /** Only the newest event of a key is kept: each event is the full state. */
  compacted: boolean;
  /** Every consumer accounts for every event of it: applied, superseded, pending or dead-lettered. */
  accounted: boolean;
  /** Who may read it besides the services that the catalogue names: tools, or nobody. */
  audience: 'internal' | 'tools';
}

/** The services that exist. A service's name is its schema, its database role and its consumer group. */
export type ServiceName = 'ingestion' | 'assignment' | 'consensus' | 'gold' | 'scoring';

/** One version of one event: everything that producers, consumers, schemas, AsyncAPI and ACLs are generated from. */
export interface Contract<T extends object = object> {
  /** CloudEvents `type`, ending in its major version: `assay.item.imported.v1`. */
  type: string;
  /** One sentence, for the README's table and AsyncAPI. */
  summary: string;
  topic: Topic;
  /** The record's key, which decides the partition. */
  key(data: NoInfer<T>): string;
  data: DataClass<T>;
  /** Who may say it: services, tools, or every service (`all`). */
  producers: readonly (ServiceName | 'tools' | 'all')[];
  consumers: readonly ServiceName[];
}

/** Declares a contract; the type parameter comes from the data class. */
export function contract<T extends object>(definition: Contract<T>): Contract<T> {
  return definition;
}
