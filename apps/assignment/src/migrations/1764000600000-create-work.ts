import { type MigrationInterface, type QueryRunner } from 'typeorm';
import { CREATE_COPIES } from '@assay/platform/copies/annotated-item';

/** Items as work, who has seen which, assignments, workers as they are known, disputes. */
export class CreateWork1764000600000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of CREATE_COPIES) await runner.query(statement);
    await createWork(runner);
    await createAssignments(runner);
    await createDisputes(runner);
  }

  async down(runner: QueryRunner): Promise<void> {
    const own = [
      'dispute',
      'lane_watermark',
      'assignment',
      'standing',
      'worker',
      'work_progress',
      'participation',
      'work',
    ];
    const copies = ['annotated_item', 'lane_progress', 'project'];
    for (const table of [...own, ...copies]) await runner.query(`drop table ${table}`);
  }
}

async function createWork(runner: QueryRunner): Promise<void> {
  // The one row that counts an item's offers. live + overlap < wanted is all that makes it an offer; place is random, so that the order in
  // which items are given out tells nothing of the order in which they came.
  await runner.query(`
    create table work (
      key bigint primary key,
      project text not null,
      item text collate "C" not null,
      lane smallint not null,
      data json,
      imported_revision bigint,
      imported_content text,
      is_withdrawn boolean not null default false,
      is_gold boolean not null default false,
      gold_revision bigint not null default 0,
      decided_version bigint not null default 0,
      state text not null default 'open',
      decisions jsonb not null default '[]',
      by_uncertainty boolean not null default false,
      is_sure boolean not null default false,
      confidence real not null default 0,
      overlap integer not null default 0,
      live integer not null default 0,
      wanted integer not null default 0,
      place real not null default random(),
      created_at timestamptz not null default now(),
      is_offered boolean not null generated always as (live + overlap < wanted) stored,
      rank real not null generated always as (
        case when by_uncertainty and not is_gold then confidence
             when is_gold then live + overlap
             when is_sure then 2
             when live + overlap > 0 then 0
             else 1 end) stored
    ) with (fillfactor = 70)`);
  await runner.query('create index work_offered on work (project, is_gold, rank, place) where is_offered');
  await runner.query('create index work_by_lane on work (project, lane, key)');
  await runner.query('create index work_unseen on work (created_at) where is_offered and live + overlap = 0');
  // Whom an item was given to, or who labelled it: nobody is given it again.
  await runner.query(`
    create table participation (
      worker uuid not null,
      key bigint not null,
      has_annotated boolean not null default false,
      primary key (worker, key)
    )`);
  await runner.query(`
    create table work_progress (
      project text not null,
      lane smallint not null,
      swept_revision bigint not null default 0,
      sweep_revision bigint not null default 0,
      sweep_after bigint,
      primary key (project, lane)
    )`);
}

async function createAssignments(runner: QueryRunner): Promise<void> {
  await runner.query(`
    create table worker (
      worker uuid primary key,
      revision bigint not null,
      role text not null,
      tracks text[] not null
    )`);
  await runner.query(`
    create table standing (
      project text not null,
      worker uuid not null,
      version bigint not null default 0,
      tier text not null default 'standard',
      primary key (project, worker)
    )`);
  await runner.query(`
    create table assignment (
      id uuid primary key,
      key bigint not null,
      project text not null,
      item text collate "C" not null,
      lane smallint not null,
      worker uuid not null,
      occasion integer not null,
      status text not null check (status in ('live', 'completed', 'expired', 'released')),
      version integer not null,
      issued_at timestamptz not null,
      deadline timestamptz not null,
      ended_at timestamptz,
      unique (key, worker, occasion)
    ) with (fillfactor = 70)`);
  await runner.query(`create index assignment_live on assignment (lane, deadline) where status = 'live'`);
  await runner.query(`create index assignment_held on assignment (project, worker) where status = 'live'`);
  await runner.query(
    `create index assignment_done on assignment (project, worker, ended_at) where status = 'completed'`,
  );
  // How far the annotations of a lane reached at a moment: what was due before is over when they were read up to there.
  await runner.query(`
    create table lane_watermark (
      lane smallint primary key,
      end_offset bigint not null,
      noted_at timestamptz not null
    )`);
}

async function createDisputes(runner: QueryRunner): Promise<void> {
  await runner.query(`
    create table dispute (
      id uuid primary key,
      key bigint not null,
      project text not null,
      item text collate "C" not null,
      lane smallint not null,
      question text not null,
      status text not null check (status in ('open', 'claimed', 'decided', 'unresolvable', 'withdrawn')),
      is_settled boolean not null default false,
      believed text,
      confidence double precision not null,
      raised_at timestamptz not null,
      deadline timestamptz not null,
      expert uuid,
      claimed_until timestamptz,
      claim_seed uuid,
      ended_at timestamptz,
      label text,
      reason text,
      note text
    ) with (fillfactor = 70)`);
  await runner.query(
    `create unique index dispute_active on dispute (key, question) where status in ('open', 'claimed')`,
  );
  await runner.query('create index dispute_of_item on dispute (key)');
  await runner.query('create index dispute_ended on dispute (project, ended_at, id) where ended_at is not null');
  await runner.query(`create index dispute_claimed on dispute (lane, claimed_until) where status = 'claimed'`);
  await runner.query(`create index dispute_queue on dispute (project, deadline) where status in ('open', 'claimed')`);
}
