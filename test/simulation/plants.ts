import { IS_FENCED } from '@assay/platform/postgres/fenced-transaction';

/** A bug that a seed should find: what the code would have asked PostgreSQL, were it there. */
export interface Plant {
  name: string;
  rewrite(sql: string): string;
}

/** Bugs of the kind that the simulation is for. */
export const PLANTS: readonly Plant[] = [
  {
    name: 'no-fence',
    rewrite: (sql) =>
      sql.replace('(lane.positions ->> $2)::bigint is not distinct from m.before', '(m.before is null or true)'),
  },
  {
    name: 'fence-without-begin',
    rewrite: (sql) => sql.replace(`and ${IS_FENCED}`, ''),
  },
  {
    // As where of lanes that go together one was overtaken, and the others keep their moves.
    name: 'keeps-what-is-undone',
    rewrite: (sql) => (sql === 'ROLLBACK' ? 'COMMIT' : sql),
  },
  {
    name: 'no-inbox',
    rewrite: (sql) => sql.replace(/^select event from contribution where/, '$& false and'),
  },
  {
    name: 'forgets-before-the-acknowledgement',
    rewrite: (sql) =>
      sql.startsWith('update outbox set first_sequence')
        ? 'delete from outbox using unnest($1::bigint[], $2::bigint[]) as n (id, first) where outbox.id = n.id'
        : sql,
  },
  {
    name: 'new-numbers-at-each-try',
    rewrite: (sql) =>
      sql.startsWith(
        'select id, topic, partition, count, first_sequence, recorded_at::text as at from outbox where first_sequence is not null',
      )
        ? sql.replace('first_sequence is not null', 'false and id < $1')
        : sql.replace(
            /^select id, topic, partition, count, first_sequence, recorded_at::text as at from outbox where first_sequence is null/,
            'select id, topic, partition, count, null as first_sequence, recorded_at::text as at from outbox where true',
          ),
  },
];
