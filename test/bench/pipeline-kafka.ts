import { Kafka, logLevel } from 'kafkajs';
import { eventually } from '../support/eventually';

/** Removes topics of a broker that a stage before has filled, and waits until they are gone; the next creates them anew. */
export async function emptyKafka(brokers: string[], topics: readonly string[]): Promise<void> {
  const admin = new Kafka({ brokers, logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  const there = async () => (await admin.listTopics()).filter((topic) => topics.includes(topic));
  try {
    const known = await there();
    if (known.length > 0) await admin.deleteTopics({ topics: known });
    // A broker forgets a topic after it has said so.
    await eventually(async () => (await there()).length === 0, `topics of ${brokers.join()} to be gone`);
  } finally {
    await admin.disconnect();
  }
}
