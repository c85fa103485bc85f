import { Kafka, logLevel } from 'kafkajs';

/** Removes topics of a broker that a stage before has filled; the next creates them anew. */
export async function emptyKafka(brokers: string[], topics: readonly string[]): Promise<void> {
  const admin = new Kafka({ brokers, logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  try {
    const there = await admin.listTopics();
    const known = topics.filter((topic) => there.includes(topic));
    if (known.length > 0) await admin.deleteTopics({ topics: known });
  } finally {
    await admin.disconnect();
  }
}
