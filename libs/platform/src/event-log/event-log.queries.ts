import { type Pool } from 'pg';
import { joinedJson, jsonTexts } from '../postgres/joined-json';
import { plainArray } from '../postgres/plain-array';
import { type LogRecord, type TopicSettings } from './event-log';

/** A topic of the embedded log, by the number that its tables use. */
export interface LogTopic {
  id: number;
  name: string;
  partitions: number;
}

/** Channel on which the log says that a topic (its id) has grown or that the members of a group (`group <key>`) changed. */
export const CHANNEL = 'event_log';

export async function insertTopics(pool: Pool, topics: readonly TopicSettings[]): Promise<void> {
  await pool.query(
    `insert into topic (name, partitions, compacted)
     select * from unnest($1::text[], $2::int[], $3::boolean[]) order by 1 on conflict (name) do nothing`,
    [
      topics.map(({ name }) => name),
      topics.map(({ partitions }) => partitions),
      topics.map((topic) => topic.compacted),
    ],
  );
  await pool.query(
    `insert into partition (topic, partition)
     select id, number from topic, generate_series(0, partitions - 1) number
     where name = any($1) order by 1, 2 on conflict do nothing`,
    [topics.map(({ name }) => name)],
  );
}

export async function selectTopics(pool: Pool): Promise<LogTopic[]> {
  return (await pool.query<LogTopic>('select id, name, partitions from topic')).rows;
}

/** Records of one partition, to be appended next to each other. */
export interface Range {
  topic: number;
  partition: number;
  records: readonly { key: string; headers: Record<string, string>; value: Buffer | null }[];
}

// Counters are locked in one order, or two appends that touch the same partitions would lock each other out. They stay locked until the
// commit, so that offsets appear in their order. The notification is sent by the commit.
const append = `
  with range as (
    select * from unnest($1::int[], $2::int[], $3::int[]) with ordinality as r(topic, partition, count, number)
  ), locked as materialized (
    select topic, partition from partition join range using (topic, partition) order by topic, partition for update of partition
  ), counted as (
    update partition p set end_offset = p.end_offset + range.count
    from locked join range using (topic, partition)
    where p.topic = locked.topic and p.partition = locked.partition
    returning p.topic, p.partition, range.number, p.end_offset - range.count as first
  ), kept as (
    insert into record (topic, partition, "offset", key, headers, value)
    select counted.topic, counted.partition, counted.first + r.place, r.key, r.headers, substring($10::bytea from r.start for r.length)
    from unnest($4::int[], $5::int[], $6::text[], ${jsonTexts(7)}, $8::int[], $9::int[]) as r(number, place, key, headers, start, length)
    join counted using (number)
  )
  select number, first, pg_notify('${CHANNEL}', topic::text) from counted`;

/** Appends all ranges in one transaction. @returns offset of the first record, by range. */
export async function appendRanges(pool: Pool, ranges: readonly Range[]): Promise<number[]> {
  const records = ranges.flatMap((range, at) =>
    range.records.map((record, place) => ({ ...record, number: at + 1, place })),
  );
  const { rows } = await pool.query<{ number: string; first: string }>({
    name: 'append',
    text: append,
    values: [
      ranges.map(({ topic }) => topic),
      ranges.map(({ partition }) => partition),
      ranges.map((range) => range.records.length),
      plainArray(records.map(({ number }) => number)),
      plainArray(records.map(({ place }) => place)),
      records.map(({ key }) => key),
      joinedJson(records.map(({ headers }) => headers)),
      ...joinedValues(records.map(({ value }) => value)),
    ],
  });
  const firstOf = new Map(rows.map(({ number, first }) => [Number(number), Number(first)]));
  return ranges.map((_range, at) => firstOf.get(at + 1)!);
}

/** Where each value begins (from 1) and how long it is, null for none; and all of them as they are: an array would carry them as hexadecimal text. */
function joinedValues(values: readonly (Buffer | null)[]): [starts: string, lengths: string, all: Buffer] {
  let end = 1;
  const starts = values.map((value) => (end += value?.length ?? 0) - (value?.length ?? 0));
  return [
    plainArray(starts),
    plainArray(values.map((value) => value?.length ?? null)),
    Buffer.concat(values.filter((value) => value !== null)),
  ];
}

/** First kept offset and the offset after the last of a partition. */
export interface Ends {
  topic: number;
  partition: number;
  first: number;
  end: number;
}

export async function selectEnds(pool: Pool, topics: readonly number[]): Promise<Ends[]> {
  const { rows } = await pool.query<{ topic: number; partition: number; first: string; end: string }>({
    name: 'ends',
    text: `select topic, partition, first_offset as first, end_offset as end from partition
           where topic = any($1) order by topic, partition`,
    values: [topics],
  });
  return rows.map((row) => ({ ...row, first: Number(row.first), end: Number(row.end) }));
}

/** When the first record at or after each position was taken, in ms since 1970, by partition. */
export async function selectTakenAt(
  pool: Pool,
  topic: number,
  positions: ReadonlyMap<number, number>,
): Promise<Map<number, number>> {
  const { rows } = await pool.query<{ partition: number; ms: string }>(
    `select p.number as partition, (extract(epoch from r.taken_at) * 1000)::bigint as ms
     from unnest($2::int[], $3::bigint[]) as p(number, position)
     cross join lateral (select taken_at from record where topic = $1 and partition = p.number and "offset" >= p.position
                         order by "offset" limit 1) r`,
    [topic, [...positions.keys()], [...positions.values()]],
  );
  return new Map(rows.map(({ partition, ms }) => [partition, Number(ms)]));
}

// The records that came before this one, in bytes, decide whether it still fits: the first one always does.
const fetch = `
  select w.number, p.first_offset, p.end_offset, r.*
  from unnest($1::int[], $2::int[], $3::bigint[]) with ordinality as w(topic, partition, position, number)
  cross join lateral (
    select first_offset, end_offset from partition where topic = w.topic and partition = w.partition limit 1
  ) p
  left join lateral (
    select "offset", taken_at, key, headers, value from (
      select "offset", (extract(epoch from taken_at) * 1000)::bigint as taken_at, key, headers, value,
             sum(octet_length(headers) + coalesce(octet_length(value), 0))
               over (order by "offset" rows between unbounded preceding and 1 preceding) as bytes_before
      from (
        select * from record
        where topic = w.topic and partition = w.partition and "offset" >= w.position order by "offset" limit $4
      ) slice
    ) sized where coalesce(bytes_before, 0) < $5
  ) r on true
  order by w.number, r."offset"`;

interface FetchedRow {
  number: string;
  first_offset: string;
  end_offset: string;
  offset: string | null;
  taken_at: string;
  key: string | null;
  headers: string;
  value: Buffer | null;
}

/** Where to read on in a partition. */
export interface Place {
  topic: number;
  partition: number;
  position: number;
}

/** Records of one partition, with what it held when they were fetched. */
export interface Fetched {
  records: LogRecord[];
  firstOffset: number;
  highWatermark: number;
}

/** Of each partition the records from an offset on, at most so many and hardly more bytes than that; none at the end. */
export async function fetchRecords(
  pool: Pool,
  places: readonly Place[],
  most: { records: number; bytes: number },
): Promise<Fetched[]> {
  const { rows } = await pool.query<FetchedRow>({
    name: 'fetch',
    text: fetch,
    values: [
      places.map(({ topic }) => topic),
      places.map(({ partition }) => partition),
      places.map(({ position }) => position),
      ...[most.records, most.bytes],
    ],
  });
  const fetched: Fetched[] = [];
  for (const { number, first_offset, end_offset, offset, taken_at, key, headers, value } of rows) {
    const { records } = (fetched[Number(number) - 1] ??= {
      ...{ records: [], firstOffset: Number(first_offset), highWatermark: Number(end_offset) },
    });
    if (offset === null) continue;
    const parsed = JSON.parse(headers) as Record<string, string>;
    records.push({ offset: Number(offset), timestamp: Number(taken_at), key, headers: parsed, value });
  }
  const gone = places.find((_place, at) => !fetched[at]);
  if (gone)
    throw new Error(`partition ${gone.partition} of topic ${gone.topic} is gone: expected it to stay while it is read`);
  return fetched;
}
