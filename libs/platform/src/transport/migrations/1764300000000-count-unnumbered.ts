import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Records without a number on a numbered topic are nobody's loss and nobody's gain: counted apart. */
export class CountUnnumbered1764300000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // records = sequence - lost - skipped + resent + unnumbered.
    await runner.query('alter table cut add column unnumbered bigint not null default 0');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table cut drop column unnumbered');
  }
}
