import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Number of items by state, kept as they change: counting them is a pass over a table of many gigabytes. */
export class CountItems1764000300000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // By lane, so that no row is waited for.
    await runner.query(`
      create table item_count (
        project text not null,
        lane smallint not null,
        state text not null,
        items integer not null,
        primary key (project, lane, state)
      ) with (fillfactor = 50)`);
    await runner.query('insert into item_count select project, lane, state, count(*) from item group by 1, 2, 3');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table item_count');
  }
}
