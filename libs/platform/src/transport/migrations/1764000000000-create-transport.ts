import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** The platform's own tables, in the schema of every service. */
export class CreateTransport1764000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // A lane is partition p of every topic with one kind of key. Its row is the fence: who moves a position has the lane.
    await runner.query(`
      create table lane (
        kind text not null,
        partition integer not null,
        positions jsonb not null default '{}',
        version bigint not null default 0,
        primary key (kind, partition)
      )`);
    // A row is a parcel: what one transaction says in one partition. first_sequence is given by the relay before it publishes.
    await runner.query(`
      create table outbox (
        id bigint generated always as identity primary key,
        topic text not null,
        partition integer not null,
        events json not null,
        count integer not null,
        first_sequence bigint,
        recorded_at timestamptz not null default now()
      )`);
    // What was numbered and perhaps published goes first: it is found without a look at what waits behind it.
    await runner.query('create index outbox_numbered on outbox (id) where first_sequence is not null');
    await runner.query(`
      create table relay (
        singleton boolean primary key default true check (singleton),
        owner uuid,
        leased_until timestamptz not null default now()
      )`);
    await runner.query('insert into relay default values');
    await runner.query(`
      create table relay_sequence (
        topic text not null,
        partition integer not null,
        last bigint not null,
        primary key (topic, partition)
      )`);
    await runner.query(`
      create table parked (
        id bigint generated always as identity primary key,
        kind text not null,
        partition integer not null,
        project text not null,
        topic text not null,
        event json not null
      )`);
    await runner.query('create index parked_by_project on parked (kind, partition, project, id)');
    await runner.query(`
      create table dead_letter (
        id uuid primary key,
        topic text not null,
        partition integer not null,
        record_offset bigint not null,
        reason text not null,
        detail text not null,
        event_type text,
        event_id text,
        project text,
        record_key text,
        headers jsonb not null,
        value bytea,
        recorded_at timestamptz not null default now(),
        status text not null default 'open' check (status in ('open', 'redriving', 'redriven', 'discarded')),
        settled_at timestamptz,
        unique (topic, partition, record_offset)
      )`);
    await runner.query('create index dead_letter_by_event on dead_letter (topic, event_id)');
    await runner.query(`create index dead_letter_open on dead_letter (recorded_at) where status = 'open'`);
    // What came (received, counted by the transport) and what became of it (said by the handlers), by project.
    await runner.query(`
      create table accounting (
        topic text not null,
        partition integer not null,
        project text not null,
        received bigint not null default 0,
        duplicate bigint not null default 0,
        applied bigint not null default 0,
        superseded bigint not null default 0,
        dead_lettered bigint not null default 0,
        pending bigint not null default 0,
        primary key (topic, partition, project)
      )`);
    // The cut: how many events the producer had published when this lane was here. records = sequence - lost + resent.
    await runner.query(`
      create table cut (
        topic text not null,
        partition integer not null,
        sequence bigint not null default 0,
        records bigint not null default 0,
        resent bigint not null default 0,
        lost bigint not null default 0,
        primary key (topic, partition)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['cut', 'accounting', 'dead_letter', 'parked', 'relay_sequence', 'relay', 'outbox', 'lane']) {
      await runner.query(`drop table ${table}`);
    }
  }
}
