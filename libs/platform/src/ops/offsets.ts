import { type EntityManager } from 'typeorm';
import { type EventLog } from '../event-log/event-log';
import { allPositions } from '../transport/lane.queries';

/** Where a service is in one partition. */
export interface Offsets {
  topic: string;
  partition: number;
  /** Offset of the next record that it wants; null before it has read any. */
  position: number | null;
  /** First offset that the log keeps. */
  first: number;
  /** Offset after the last record. */
  end: number;
  /** Records that it has still to read, gaps counted. */
  lag: number;
  /** Seconds since the log took the oldest record that it has still to read; null where there is none, absent where nobody asked: the log is searched for it. */
  oldestUnprocessedAge?: number | null;
  /**
   * reading  goes on by itself
   * lost     stopped: records from the position on are gone from the log
   * ahead    stopped: the log ends before the position, so that it was made anew
   */
  state: 'reading' | 'lost' | 'ahead';
}

/** Positions (from PostgreSQL) and ends (from the log) of every partition of these topics. */
export async function offsetsOf(
  manager: EntityManager,
  log: Pick<EventLog, 'offsets'>,
  topics: readonly string[],
): Promise<Offsets[]> {
  const lanes = await allPositions(manager);
  const positions = new Map(
    lanes.flatMap(({ partition, positions: ofLane }) =>
      Object.entries(ofLane).map(([topic, position]) => [`${partition} ${topic}`, position] as const),
    ),
  );
  const offsets = topics.map(async (topic) =>
    (await log.offsets(topic)).map(({ first, end }, partition) =>
      placeOf({ topic, partition, first, end, position: positions.get(`${partition} ${topic}`) ?? null }),
    ),
  );
  return (await Promise.all(offsets)).flat();
}

/** The same places, and since when their oldest record waits. */
export async function withAges(log: Pick<EventLog, 'takenAt'>, offsets: readonly Offsets[]): Promise<Offsets[]> {
  const waiting = new Map<string, Map<number, number>>();
  for (const { topic, partition, position, first, lag } of offsets) {
    if (lag === 0) continue;
    const ofTopic = waiting.get(topic) ?? new Map<number, number>();
    // What is gone from the log will not be read, and of it a log may know nothing.
    waiting.set(topic, ofTopic.set(partition, Math.max(position ?? first, first)));
  }
  const taken = new Map<string, ReadonlyMap<number, number>>();
  for (const [topic, positions] of waiting) taken.set(topic, await log.takenAt(topic, positions));
  const now = Date.now();
  return offsets.map((place) => {
    const at = taken.get(place.topic)?.get(place.partition);
    return { ...place, oldestUnprocessedAge: at === undefined ? null : Math.max(0, (now - at) / 1000) };
  });
}

type Place = Pick<Offsets, 'topic' | 'partition' | 'position' | 'first' | 'end'>;

function placeOf(place: Place): Offsets {
  const { position, first, end } = place;
  return { ...place, lag: Math.max(0, end - (position ?? first)), state: stateOf(place) };
}

/** Whether a position can be read on from. */
function stateOf({ position, first, end }: Place): Offsets['state'] {
  if (position === null) return 'reading';
  if (position < first) return 'lost';
  return position > end ? 'ahead' : 'reading';
}

/** Where a position is to be put: the first offset that the log keeps, the one after its last, or one between. */
export type Target = 'earliest' | 'latest' | number;

/** The offset of a target, or undefined where the log does not have it. */
export function offsetOf(target: Target, { first, end }: Pick<Offsets, 'first' | 'end'>): number | undefined {
  if (target === 'earliest') return first;
  if (target === 'latest') return end;
  return target >= first && target <= end ? target : undefined;
}
