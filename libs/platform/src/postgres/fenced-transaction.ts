import { type DataSource, type EntityManager } from 'typeorm';

/** Condition of a fence's statement: it is inside the transaction that `fencedTransaction` began. DEFERRABLE has no other effect there. */
export const IS_FENCED = `current_setting('transaction_deferrable') = 'on'`;

/**
 * Runs work in a transaction if its fence holds. The fence travels with the begin, before it is known that the begin succeeded: what must not stand
 * alone it writes only if `IS_FENCED`.
 * TypeORM does not know of the transaction: a manager's own `transaction` or `save` would begin and commit in the middle of it.
 * @param fence gives undefined where it does not hold: what it has written is undone.
 * @returns what the work gave, committed; undefined where the fence does not hold.
 */
export async function fencedTransaction<Fence, Result>(
  dataSource: DataSource,
  fence: (manager: EntityManager) => Promise<Fence | undefined>,
  work: (manager: EntityManager, fence: Fence) => Promise<Result>,
): Promise<Result | undefined> {
  const runner = dataSource.createQueryRunner();
  try {
    const [, held] = await Promise.all([runner.query('START TRANSACTION DEFERRABLE'), fence(runner.manager)]);
    if (held === undefined) {
      await runner.query('ROLLBACK');
      return undefined;
    }
    const result = await work(runner.manager, held);
    await runner.query('COMMIT');
    return result;
  } catch (error) {
    // What went wrong first counts; a connection that is lost has rolled back.
    await runner.query('ROLLBACK').catch(() => undefined);
    throw error;
  } finally {
    await runner.release();
  }
}
