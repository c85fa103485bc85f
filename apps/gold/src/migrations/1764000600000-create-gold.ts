import { type MigrationInterface, type QueryRunner } from 'typeorm';
import { CREATE_COPIES } from '@assay/platform/copies/annotated-item';

/** Known labels, the checks that they lead to, and who was shown which. */
export class CreateGold1764000600000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of CREATE_COPIES) await runner.query(statement);
    await runner.query(`
      create table gold_item (
        key bigint primary key,
        project text not null,
        item text collate "C" not null,
        lane smallint not null,
        revision bigint not null,
        is_active boolean not null,
        accepted jsonb not null,
        to_check boolean not null,
        changed_at timestamptz not null default now(),
        unique (project, item)
      )`);
    await runner.query('create index gold_item_to_check on gold_item (lane) where to_check');
    // A check has its id for good; one that is void has no verdict.
    await runner.query(`
      create table gold_check (
        check_id uuid primary key,
        key bigint not null,
        project text not null,
        item text not null,
        question text not null,
        worker uuid not null,
        occasion integer not null,
        version integer not null,
        is_right boolean,
        occurred_at timestamptz,
        place bigint not null
      )`);
    await runner.query('create index gold_check_by_item on gold_check (key)');
    await runner.query('create index gold_check_by_project on gold_check (project)');
    await runner.query(`
      create table exposure (
        assignment uuid primary key,
        key bigint not null,
        worker uuid not null,
        issued_at timestamptz not null default now()
      )`);
    await runner.query('create index exposure_by_item on exposure (key)');
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['exposure', 'gold_check', 'gold_item', 'annotated_item', 'lane_progress', 'project'])
      await runner.query(`drop table ${table}`);
  }
}
