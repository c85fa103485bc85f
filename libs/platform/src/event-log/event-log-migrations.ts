import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** The schema of the embedded event log; its role is `assay_event_log`. */
export const EVENT_LOG_SCHEMA = 'event_log';

class CreateEventLog1764000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table topic (
        id int generated always as identity primary key,
        name text not null unique,
        partitions int not null,
        compacted boolean not null)`);
    // One counter a partition gives the offsets: a sequence would let a later offset commit before an earlier one, and a reader that
    // saw the later one would never see the earlier.
    await runner.query(`
      create table partition (
        topic int not null references topic,
        partition int not null,
        first_offset bigint not null default 0,
        end_offset bigint not null default 0,
        primary key (topic, partition)) with (fillfactor = 50)`);
    await runner.query(`
      create table record (
        topic int not null,
        partition int not null,
        "offset" bigint not null,
        taken_at timestamptz not null default clock_timestamp(),
        key text,
        headers text not null,
        value bytea,
        primary key (topic, partition, "offset"))`);
    await runner.query(`
      create table committed (
        consumer_group text not null,
        topic int not null references topic,
        partition int not null,
        position bigint not null,
        primary key (consumer_group, topic, partition)) with (fillfactor = 50)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table committed, record, partition, topic');
  }
}

/** Positions are kept by the readers alone. */
class DropCommitted1764100000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('drop table committed');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table committed (
        consumer_group text not null,
        topic int not null references topic,
        partition int not null,
        position bigint not null,
        primary key (consumer_group, topic, partition)) with (fillfactor = 50)`);
  }
}

/** Tables of the embedded event log, oldest first. */
export const EVENT_LOG_MIGRATIONS = [CreateEventLog1764000000000, DropCommitted1764100000000];
