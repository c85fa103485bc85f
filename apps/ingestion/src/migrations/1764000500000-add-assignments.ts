import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** For which assignment an annotation was handed in, and what workers can do. */
export class AddAssignments1764000500000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter table annotation add column assignment uuid');
    await runner.query(`
      alter table worker
        add column tracks text[] not null default '{}',
        add column skills text[] not null default '{}',
        add column languages text[] not null default '{}'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table worker drop column tracks, drop column skills, drop column languages');
    await runner.query('alter table annotation drop column assignment');
  }
}
