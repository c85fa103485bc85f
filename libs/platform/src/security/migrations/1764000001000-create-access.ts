import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Keys that are known, the requests that were answered under an idempotency key, and the operators' audit. */
export class CreateAccess1764000001000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table access_key (
        id text primary key,
        holder text not null,
        revision bigint not null,
        state jsonb not null
      )`);
    await runner.query('create index access_key_by_holder on access_key (holder)');
    await runner.query(`
      create table idempotent_request (
        caller text not null,
        key text not null,
        request_hash bytea not null,
        status integer,
        headers json,
        body json,
        recorded_at timestamptz not null default now(),
        primary key (caller, key)
      )`);
    await runner.query('create index idempotent_request_by_age on idempotent_request (recorded_at)');
    await runner.query(`
      create table audit (
        id bigint primary key,
        recorded_at timestamptz not null,
        actor text not null,
        role text not null,
        action text not null,
        subject text not null,
        detail json not null,
        previous_hash text not null,
        hash text not null
      )`);
    // Append-only: also the service itself cannot change what it has written.
    await runner.query(`
      do $$ begin
        execute format('revoke update, delete, truncate on audit from %I', 'assay_' || current_schema());
      end $$`);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['audit', 'idempotent_request', 'access_key']) await runner.query(`drop table ${table}`);
  }
}
