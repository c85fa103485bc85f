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

/** How far a transaction reads a topic in one lane. */
export interface LaneMove {
  partition: number;
  /** Where the caller thinks that the lane stands; undefined where it has read nothing. */
  from: number | undefined;
  to: number;
}

/**
 * The fence of a `fencedTransaction`: takes the rows of lanes of one kind until the end of the transaction and moves a topic's position in each, if
 * all stand where the caller thinks. Undefined: another has moved one, and nothing that this transaction would do may be done. Of several lanes also:
 * another holds one; the others are not to wait for it, nor two transactions for each other in a circle.
 * @returns where each lane stood in the producer's numbers, in the order of `moves`.
 */
export async function moveLanes(
  manager: EntityManager,
  kind: string,
  topic: string,
  moves: readonly LaneMove[],
): Promise<Cut[] | undefined> {
  const partitions = moves.map(({ partition }) => partition);
  const ifFree = moves.length > 1 ? 'skip locked' : '';
  const rows = rowsOf<{ partition: number; sequence: string | null; is_moved: boolean | null }>(
    await manager.query(
      prepared(`with held as (
         select partition from lane where kind = $1 and partition = any($3::integer[]) and ${IS_FENCED} order by partition for update ${ifFree}),
       moved as (
         update lane set positions = jsonb_set(lane.positions, array[$2], to_jsonb(m.position)), version = version + 1
         from held cross join lateral (select n.before, n.position
           from unnest($3::integer[], $4::bigint[], $5::bigint[]) as n (partition, before, position) where n.partition = held.partition) m
         where kind = $1 and lane.partition = held.partition and (lane.positions ->> $2)::bigint is not distinct from m.before
         returning lane.partition)
       select moved.partition, sequence, is_moved from moved left join cut on cut.topic = $2 and cut.partition = moved.partition`),
      [kind, topic, partitions, moves.map(({ from }) => from ?? null), moves.map(({ to }) => to)],
    ),
  );
  if (rows.length < moves.length) return undefined;
  const cuts = new Map(rows.map((row) => [row.partition, row]));
  return partitions.map((partition) => {
    const { sequence, is_moved } = cuts.get(partition)!;
    return { sequence: Number(sequence ?? 0), isMoved: is_moved ?? false };
  });
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
  partition: number;
  /** Where the lane stood before. */
  cut: Cut;
  records: number;
  /** Sequence numbers of the records that had one, in their order. */
  sequences: readonly number[];
}

/**
 * What counts slices into the cuts of their partitions. Records without a number are counted apart: of tools, or of somebody who may not write
 * here.
 */
export function moveCuts(topic: string, changes: readonly CutChange[]): Write {
  const rows = changes.map(movedCut);
  return {
    statement: `insert into cut as c (topic, partition, sequence, records, resent, lost, skipped, unnumbered, is_moved)
     select $1::text, * from unnest($2::integer[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[], $9::boolean[])
     on conflict (topic, partition) do update set sequence = excluded.sequence, records = c.records + excluded.records,
       resent = c.resent + excluded.resent, lost = c.lost + excluded.lost, skipped = c.skipped + excluded.skipped,
       unnumbered = c.unnumbered + excluded.unnumbered, is_moved = excluded.is_moved`,
    parameters: [
      topic,
      rows.map(({ partition }) => partition),
      rows.map(({ sequence }) => sequence),
      rows.map(({ records }) => records),
      rows.map(({ resent }) => resent),
      rows.map(({ lost }) => lost),
      rows.map(({ skipped }) => skipped),
      rows.map(({ unnumbered }) => unnumbered),
      rows.map(({ isMoved }) => isMoved),
    ],
  };
}

function movedCut({ partition, cut, records, sequences }: CutChange) {
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
  const isMoved = cut.isMoved && first === undefined;
  return {
    partition,
    sequence: highest,
    records,
    resent,
    lost,
    skipped,
    unnumbered: records - sequences.length,
    isMoved,
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
