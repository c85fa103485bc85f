import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Fitted reliabilities by epoch, which items are gold, what experts decided, and how far each lane was swept. */
export class KeepModels1764000400000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table model_chunk (
        project text not null,
        epoch integer not null,
        question text not null,
        chunk integer not null,
        model json,
        workers json not null,
        primary key (project, epoch, question, chunk)
      )`);
    await runner.query(`
      create table epoch (
        project text not null,
        epoch integer not null,
        is_settling boolean not null,
        chunks integer not null,
        primary key (project, epoch)
      )`);
    // The epoch that items are decided by: the newest whose chunks are all there; and the newest settling one up to it.
    await runner.query(`
      create table epoch_pointer (
        project text primary key,
        epoch integer not null,
        settling_epoch integer not null
      )`);
    await runner.query(`
      create table gold_reference (
        key bigint primary key,
        revision bigint not null,
        is_available boolean not null
      )`);
    await runner.query(`alter table item add column adjudications jsonb not null default '{}'`);
    // How far the sweep towards a revision and an epoch has come: the key of the last item.
    await runner.query(`
      alter table lane_progress
        add column sweep_revision bigint not null default 0,
        add column sweep_epoch integer not null default 0,
        add column sweep_after bigint`);
    await runner.query('drop index item_behind');
    await runner.query('create index item_by_lane on item (project, lane, key)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop index item_by_lane');
    await runner.query('create index item_behind on item (project, lane, policy_revision, epoch)');
    await runner.query(
      'alter table lane_progress drop column sweep_revision, drop column sweep_epoch, drop column sweep_after',
    );
    await runner.query('alter table item drop column adjudications');
    for (const table of ['gold_reference', 'epoch_pointer', 'epoch', 'model_chunk'])
      await runner.query(`drop table ${table}`);
  }
}
