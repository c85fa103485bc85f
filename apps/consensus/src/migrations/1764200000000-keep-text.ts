import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** What of an item nobody searches in is kept as it is written, not taken apart and put together again. */
export class KeepText1764200000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      'alter table item alter column entries type json, alter column adjudications type json, alter column contribution type json',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      'alter table item alter column entries type jsonb, alter column adjudications type jsonb, alter column contribution type jsonb',
    );
  }
}
