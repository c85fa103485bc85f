import { type MigrationInterface, type QueryRunner } from 'typeorm';

/**
 * The system of record. Rows are only ever added, but for `worker.role`, the counts of `intake` and the progress of `drain` and `rebuild`.
 */
export class CreateRecord1764000100000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // Every revision of every project: the highest is the present one.
    await runner.query(`
      create table project_revision (
        project text not null,
        revision bigint not null,
        status text not null check (status in ('configured', 'archived')),
        state json not null,
        recorded_at timestamptz not null,
        primary key (project, revision)
      )`);
    await runner.query(`
      create table worker (
        id uuid primary key,
        source text not null,
        external_id text not null,
        role text not null,
        revision integer not null,
        recorded_at timestamptz not null,
        unique (source, external_id)
      )`);
    await runner.query(`
      create table item_revision (
        event uuid primary key,
        project text not null,
        item text not null,
        revision bigint not null,
        slice text,
        data json,
        hash bytea not null,
        recorded_at timestamptz not null
      )`);
    await runner.query('create index item_revision_by_item on item_revision (project, item, revision, event)');
    await runner.query(`
      create table item_withdrawal (
        project text not null,
        item text not null,
        recorded_at timestamptz not null,
        primary key (project, item)
      )`);
    // json, not jsonb: what is published again must read as it did, order of fields included. labels null: a retraction.
    // The event's id is the uuid v5 of project, source and source_id, so that its key keeps them unique for good.
    await runner.query(`
      create table annotation (
        event uuid primary key,
        source text not null,
        source_id text not null,
        project text not null,
        item text not null,
        worker uuid not null,
        role text not null,
        occasion integer not null,
        revision bigint not null,
        occurred_at timestamptz,
        place bigint not null,
        schema_version integer,
        labels json,
        seconds double precision,
        guideline text,
        hash bytea not null,
        recorded_at timestamptz not null
      )`);
    await runner.query(
      'create index annotation_by_item on annotation (project, item, worker, occasion, revision, event)',
    );
    await runner.query(`
      create table intake (
        project text not null,
        subject text not null check (subject in ('annotations', 'items')),
        received bigint not null default 0,
        accepted bigint not null default 0,
        duplicate bigint not null default 0,
        rejected bigint not null default 0,
        waiting bigint not null default 0,
        primary key (project, subject)
      )`);
    // What a lane still has to judge again since a project came to its revision, of the events that wait for it.
    await runner.query(`
      create table drain (
        lane integer not null,
        project text not null,
        revision bigint not null,
        remaining bigint not null,
        primary key (lane, project)
      )`);
    await runner.query(`
      create table rebuild (
        id bigint generated always as identity primary key,
        project text,
        stage text not null,
        after jsonb not null,
        published bigint not null default 0,
        requested_at timestamptz not null default now(),
        finished_at timestamptz
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of [
      'rebuild',
      'drain',
      'intake',
      'annotation',
      'item_withdrawal',
      'item_revision',
      'worker',
      'project_revision',
    ]) {
      await runner.query(`drop table ${table}`);
    }
  }
}
