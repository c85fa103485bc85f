import { type MigrationInterface, type QueryRunner } from 'typeorm';
import { CREATE_COPIES } from '@assay/platform/copies/annotated-item';

/** Copies of projects, workers and annotations; known labels; epochs; what is known of workers. */
export class CreateScores1764000500000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of CREATE_COPIES) await runner.query(statement);
    await runner.query(`
      create table worker (
        worker uuid primary key,
        revision bigint not null,
        source text not null,
        external_id text not null
      )`);
    // Labels that are known to be right, by question: of gold items, and of what experts decided.
    await runner.query(`
      create table gold_item (
        project text not null,
        item text collate "C" not null,
        revision bigint not null,
        is_active boolean not null,
        accepted jsonb not null,
        primary key (project, item)
      )`);
    await runner.query(`
      create table adjudicated (
        project text not null,
        item text collate "C" not null,
        question text not null,
        version integer not null,
        label text,
        primary key (project, item, question)
      )`);
    // What changed that a fit could see, by place of the writer, so that no row is waited for.
    await runner.query(`
      create table fit_change (
        project text not null,
        place smallint not null,
        changes bigint not null,
        changed_at timestamptz not null,
        primary key (project, place)
      ) with (fillfactor = 50)`);
    await runner.query(`
      create table epoch (
        project text not null,
        epoch integer not null,
        is_settling boolean not null,
        schema_version bigint not null,
        policy_revision bigint not null,
        changes bigint not null,
        labels bigint not null,
        covers jsonb not null,
        seconds double precision not null,
        fitted_at timestamptz not null,
        primary key (project, epoch)
      )`);
    await runner.query(`
      create table epoch_request (
        id bigint generated always as identity primary key,
        project text not null,
        is_settling boolean not null,
        requested_at timestamptz not null
      )`);
    await runner.query(`
      create table reliability (
        project text not null,
        question text not null,
        worker uuid not null,
        labels integer not null,
        accuracy double precision not null,
        low double precision not null,
        high double precision not null,
        gold_checks integer not null,
        spammer_score double precision,
        confusion double precision[],
        primary key (project, question, worker)
      )`);
    await runner.query(`
      create table gold_check (
        project text not null,
        worker uuid not null,
        check_id uuid not null,
        question text not null,
        lane smallint not null,
        version bigint not null,
        -- Null of a check that is void.
        is_right boolean,
        occurred_at timestamptz,
        place bigint,
        primary key (project, worker, check_id)
      )`);
    await runner.query('create index gold_check_by_lane on gold_check (project, lane, worker)');
    // Where the sequential test of each worker stands, and by which policy every worker of a lane was tested.
    await runner.query(`
      create table gold_test (
        project text not null,
        worker uuid not null,
        question text not null,
        status text not null,
        checks integer not null,
        right_checks integer not null,
        primary key (project, worker, question)
      )`);
    await runner.query(`
      create table gold_test_progress (
        project text not null,
        lane smallint not null,
        tested_revision bigint not null,
        after uuid,
        after_revision bigint,
        primary key (project, lane)
      )`);
    await runner.query(`
      create table finding (
        finding uuid primary key,
        project text not null,
        worker uuid not null,
        question text not null,
        kind text not null,
        version integer not null,
        is_raised boolean not null,
        state jsonb not null,
        appeal jsonb
      )`);
    await runner.query('create index finding_raised on finding (project) where is_raised');
    await runner.query('create index finding_by_worker on finding (project, worker)');
    await runner.query(`
      create table tier (
        project text not null,
        worker uuid not null,
        version integer not null,
        tier text not null,
        reason text not null,
        primary key (project, worker)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    const own = [
      'tier',
      'finding',
      'gold_test_progress',
      'gold_test',
      'gold_check',
      'reliability',
      'epoch_request',
      'epoch',
      'fit_change',
      'adjudicated',
    ];
    for (const table of [...own, 'gold_item', 'worker', 'annotated_item', 'lane_progress', 'project'])
      await runner.query(`drop table ${table}`);
  }
}
