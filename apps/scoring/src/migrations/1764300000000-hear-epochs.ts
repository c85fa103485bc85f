import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Which event said each epoch, and the highest that the log has of a scoring whose database is gone. */
export class HearEpochs1764300000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // Of those before, it is not known.
    await runner.query('alter table epoch add column event text');
    await runner.query('create table foreign_epoch (project text primary key, epoch integer not null)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table foreign_epoch');
    await runner.query('alter table epoch drop column event');
  }
}
