import { type Contract, type ServiceName, type Topic } from '../contract';

/** A topic with everything that creates it and opens it. */
export interface ListedTopic extends Topic {
  types: string[];
  writers: string[];
  readers: ServiceName[];
}

/** Services, as `all` means them. */
export function serviceNames(catalogue: readonly Contract[]): ServiceName[] {
  const named = catalogue.flatMap(({ producers, consumers }) => [...producers, ...consumers]);
  return [...new Set(named)].filter((name): name is ServiceName => name !== 'tools' && name !== 'all').sort();
}

/** Every topic of the catalogue, in the order of its first contract. */
export function topicList(catalogue: readonly Contract[]): ListedTopic[] {
  const topics = new Map<string, ListedTopic>();
  for (const { topic, type, producers, consumers } of catalogue) {
    const listed = topics.get(topic.name) ?? { ...topic, types: [], writers: [], readers: [] };
    const writers = producers.flatMap((one) => (one === 'all' ? serviceNames(catalogue) : [one]));
    listed.types.push(type);
    listed.writers = [...new Set([...listed.writers, ...writers])].sort();
    listed.readers = [...new Set([...listed.readers, ...consumers])].sort();
    topics.set(topic.name, listed);
  }
  return [...topics.values()];
}
