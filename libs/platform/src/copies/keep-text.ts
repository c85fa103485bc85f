import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Nobody searches in the entries of a copied item: they are kept as they are written, not taken apart and put together again. */
export class KeepCopiesAsText1764200000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter table annotated_item alter column entries type json');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table annotated_item alter column entries type jsonb');
  }
}
