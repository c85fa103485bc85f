import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Every service looks every two seconds which dead letters are to be handled again: among many that are open it finds them at once. */
export class FindRedriving1764400000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `create index dead_letter_redriving on dead_letter (topic, partition, id) where status = 'redriving'`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop index dead_letter_redriving');
  }
}
