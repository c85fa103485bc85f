import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Positions can be moved by an operator: what that passes over is no loss. */
export class SkipRecords1764000900000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // is_moved: the numbers missing before the next slice were passed over. records = sequence - lost - skipped + resent.
    await runner.query(`
      alter table cut add column skipped bigint not null default 0, add column is_moved boolean not null default false`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table cut drop column skipped, drop column is_moved');
  }
}
