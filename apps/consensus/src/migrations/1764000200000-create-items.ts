import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Projects as they were told, items with all that is known of them, and agreement in stripes. */
export class CreateItems1764000200000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table project (
        project text primary key,
        revision bigint not null,
        schema_version bigint not null,
        is_archived boolean not null,
        state json not null
      )`);
    // The key is the first 64 bits of SHA-1 of "project/item": an index on text costs 40 % more. The name is compared when it is read.
    await runner.query(`
      create table item (
        key bigint primary key,
        project text not null,
        item text collate "C" not null,
        lane smallint not null,
        imported jsonb,
        is_withdrawn boolean not null,
        entries jsonb not null,
        decisions jsonb not null,
        contribution jsonb not null,
        state text not null,
        version integer not null,
        policy_revision bigint not null,
        epoch integer not null
      ) with (fillfactor = 70)`);
    await runner.query('create index item_by_project on item (project, item)');
    await runner.query('create index item_behind on item (project, lane, policy_revision, epoch)');
    // A stripe is murmur2(key) mod 120, so that it belongs to one lane: no row is waited for.
    await runner.query(`
      create table agreement_stripe (
        project text not null,
        question text not null,
        slice text not null,
        stripe smallint not null,
        statistics jsonb not null,
        primary key (project, question, slice, stripe)
      ) with (fillfactor = 70)`);
    // Up to which policy every item of a lane was decided, and up to which schema its parked events were looked at.
    await runner.query(`
      create table lane_progress (
        project text not null,
        lane smallint not null,
        swept_revision bigint not null default 0,
        swept_epoch integer not null default 0,
        drained_revision bigint not null default 0,
        primary key (project, lane)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['lane_progress', 'agreement_stripe', 'item', 'project'])
      await runner.query(`drop table ${table}`);
  }
}
