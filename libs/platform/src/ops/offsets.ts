import { type EntityManager } from 'typeorm';
import { type EventLog } from '../event-log/event-log';
import { rowsOf } from '../transport/lane-transaction';

/** Where a service is in one partition. */
export interface Offsets {
  topic: string;
  partition: number;
  /** Offset of the next record that it wants; null before it has read any. */
  position: number | null;
  /** First offset that the log keeps: a position below it has lost records. */
  first: number;
  /** Offset after the last record. */
  end: number;
  /** Records that it has still to read, gaps counted. */
  lag: number;
}

/** Positions (from PostgreSQL) and ends (from the log) of every partition of these topics. */
export async function offsetsOf(
  manager: EntityManager,
  log: Pick<EventLog, 'offsets'>,
  topics: readonly string[],
): Promise<Offsets[]> {
  const lanes = rowsOf<{ partition: number; positions: Record<string, number> }>(
    await manager.query('select partition, positions from lane'),
  );
  const positions = new Map(
    lanes.flatMap(({ partition, positions: ofLane }) =>
      Object.entries(ofLane).map(([topic, position]) => [`${partition} ${topic}`, position] as const),
    ),
  );
  const offsets = await Promise.all(
    topics.map(async (topic) => {
      const partitions = await log.offsets(topic);
      return partitions.map(({ first, end }, partition) => {
        const position = positions.get(`${partition} ${topic}`) ?? null;
        return { topic, partition, position, first, end, lag: Math.max(0, end - (position ?? first)) };
      });
    }),
  );
  return offsets.flat();
}
