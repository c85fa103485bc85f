import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** How often a gold item was asked to be checked: whoever checks it sees whether it was asked again meanwhile. */
export class CountAsks1764000700000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter table gold_item add column asks bigint not null default 0');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table gold_item drop column asks');
  }
}
