import { type EntityManager } from 'typeorm';
import { prepared } from '../postgres/prepared';
import { rowsOf } from '../postgres/rows-of';

/** A kind of key, and a partition number: the row that a lane's transactions hold. */
export interface Lane {
  kind: string;
  partition: number;
}

/** Position of each topic of a lane; a topic that was never read is not there. */
export async function lanePositions(manager: EntityManager, lane: Lane): Promise<Map<string, number>> {
  const [row] = rowsOf<{ positions: Record<string, number> }>(
    await manager.query('select positions from lane where kind = $1 and partition = $2', [lane.kind, lane.partition]),
  );
  return new Map(Object.entries(row?.positions ?? {}));
}

/** Makes the rows of the lanes of a partition number, so that there is something to hold; they are never removed. */
export async function createLanes(manager: EntityManager, kinds: readonly string[], partition: number): Promise<void> {
  await manager.query(
    'insert into lane (kind, partition) select kind, $2 from unnest($1::text[]) as k (kind) order by 1 on conflict do nothing',
    [kinds, partition],
  );
}

/**
 * The fence: takes the lane's row until the end of the transaction and moves a topic's position, if it stands where the caller
 * thinks. False: another has moved it, and nothing that this transaction would do may be done.
 */
export async function moveLane(
  manager: EntityManager,
  lane: Lane,
  topic: string,
  from: number | undefined,
  to: number,
): Promise<boolean> {
  const moved = rowsOf<unknown>(
    await manager.query(
      prepared(`update lane set positions = jsonb_set(positions, array[$3], to_jsonb($5::bigint)), version = version + 1
       where kind = $1 and partition = $2 and (positions ->> $3)::bigint is not distinct from $4::bigint
       returning version`),
      [lane.kind, lane.partition, topic, from ?? null, to],
    ),
  );
  return moved.length === 1;
}

/** Takes the lane's row until the end of the transaction, whatever its positions. */
export async function holdLane(manager: EntityManager, lane: Lane): Promise<void> {
  await manager.query(prepared('update lane set version = version + 1 where kind = $1 and partition = $2'), [
    lane.kind,
    lane.partition,
  ]);
}

/** What a slice of records adds to the cut of its partition. */
export interface CutChange {
  records: number;
  /** Sequence numbers of the records that had one, in their order. */
  sequences: readonly number[];
}

/** Counts a slice into the cut of its partition. A topic without numbers (of tools) has no cut. */
export async function moveCut(
  manager: EntityManager,
  topic: string,
  partition: number,
  change: CutChange,
): Promise<void> {
  const { sequences } = change;
  if (sequences.length === 0) return;
  const [cut] = rowsOf<{ sequence: string; is_moved: boolean }>(
    await manager.query(prepared('select sequence, is_moved from cut where topic = $1 and partition = $2'), [
      topic,
      partition,
    ]),
  );
  let highest = Number(cut?.sequence ?? 0);
  let resent = 0;
  let lost = 0;
  const skipped = cut?.is_moved ? Math.max(0, sequences[0]! - highest - 1) : 0;
  highest += skipped;
  for (const sequence of sequences) {
    if (sequence <= highest) resent++;
    else {
      lost += sequence - highest - 1;
      highest = sequence;
    }
  }
  await manager.query(
    prepared(`insert into cut as c (topic, partition, sequence, records, resent, lost, skipped) values ($1, $2, $3, $4, $5, $6, $7)
     on conflict (topic, partition) do update set sequence = excluded.sequence, records = c.records + excluded.records,
       resent = c.resent + excluded.resent, lost = c.lost + excluded.lost, skipped = c.skipped + excluded.skipped, is_moved = false`),
    [topic, partition, highest, change.records, resent, lost, skipped],
  );
}

/**
 * Takes the lane's row and puts a topic's position elsewhere, whoever reads it: its owner finds itself overtaken, and goes on from there. What
 * was lost before is no longer counted as lost, nor are the numbers that the move passes over, but as skipped.
 * @returns where it stood; undefined where the topic was never read.
 */
export async function resetPosition(
  manager: EntityManager,
  lane: Lane,
  topic: string,
  to: number,
): Promise<number | undefined> {
  await createLanes(manager, [lane.kind], lane.partition);
  await holdLane(manager, lane);
  const from = (await lanePositions(manager, lane)).get(topic);
  await manager.query(
    `update lane set positions = jsonb_set(positions, array[$3], to_jsonb($4::bigint)) where kind = $1 and partition = $2`,
    [lane.kind, lane.partition, topic, to],
  );
  await manager.query(
    `insert into cut as c (topic, partition, is_moved) values ($1, $2, true)
     on conflict (topic, partition) do update set is_moved = true, skipped = c.skipped + c.lost, lost = 0`,
    [topic, lane.partition],
  );
  return from;
}

/** Every lane with the positions of its topics. */
export async function allPositions(manager: EntityManager): Promise<(Lane & { positions: Record<string, number> })[]> {
  return rowsOf(await manager.query('select kind, partition, positions from lane'));
}
