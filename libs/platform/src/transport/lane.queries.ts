import { type EntityManager } from 'typeorm';
import { IS_FENCED } from '../postgres/fenced-transaction';
import { prepared } from '../postgres/prepared';
import { rowsOf } from '../postgres/rows-of';
import { type Write } from '../postgres/together';

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

/** How many events the producer of a partition had published where a lane stands in it; undefined where it has read none. */
export interface Cut {
  sequence: number;
  /** The position was put elsewhere: the numbers before the next slice were passed over. */
  isMoved: boolean;
}

/**
 * The fence of a `fencedTransaction`: takes the lane's row until the end of the transaction and moves a topic's position, if it stands where the caller
 * thinks. Undefined: another has moved it, and nothing that this transaction would do may be done.
 * @returns where the lane stood in the producer's numbers.
 */
export async function moveLane(
  manager: EntityManager,
  lane: Lane,
  topic: string,
  from: number | undefined,
  to: number,
): Promise<Cut | undefined> {
  const [row] = rowsOf<{ sequence: string | null; is_moved: boolean | null }>(
    await manager.query(
      prepared(`with moved as (
         update lane set positions = jsonb_set(positions, array[$3], to_jsonb($5::bigint)), version = version + 1
         where kind = $1 and partition = $2 and (positions ->> $3)::bigint is not distinct from $4::bigint and ${IS_FENCED}
         returning partition)
       select sequence, is_moved from moved left join cut on cut.topic = $3 and cut.partition = moved.partition`),
      [lane.kind, lane.partition, topic, from ?? null, to],
    ),
  );
  return row && { sequence: Number(row.sequence ?? 0), isMoved: row.is_moved ?? false };
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

/** What counts a slice into the cut of its partition. Records without a number are counted apart: of tools, or of somebody who may not write here. */
export function moveCut(topic: string, partition: number, cut: Cut, change: CutChange): Write {
  const { records, sequences } = change;
  const [first] = sequences;
  let highest = cut.sequence;
  let resent = 0;
  let lost = 0;
  const skipped = cut.isMoved && first !== undefined ? Math.max(0, first - highest - 1) : 0;
  highest += skipped;
  for (const sequence of sequences) {
    if (sequence <= highest) resent++;
    else {
      lost += sequence - highest - 1;
      highest = sequence;
    }
  }
  return {
    statement: `insert into cut as c (topic, partition, sequence, records, resent, lost, skipped, unnumbered, is_moved)
     values ($1::text, $2::integer, $3::bigint, $4::bigint, $5::bigint, $6::bigint, $7::bigint, $8::bigint, $9::boolean)
     on conflict (topic, partition) do update set sequence = excluded.sequence, records = c.records + excluded.records,
       resent = c.resent + excluded.resent, lost = c.lost + excluded.lost, skipped = c.skipped + excluded.skipped,
       unnumbered = c.unnumbered + excluded.unnumbered, is_moved = excluded.is_moved`,
    parameters: [
      ...[topic, partition, highest, records, resent, lost, skipped, records - sequences.length],
      cut.isMoved && first === undefined,
    ],
  };
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
