import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { type Contract } from '@assay/contracts/contract';
import { sqlOn } from '../postgres/rows-of';
import { insertOutbox } from './outbox';
import { failpoint } from '../failpoint';
import { type Relay } from './relay';
import { type Transaction } from './transaction';
import { type OutboxEvent, outboxEvent } from './wire';

/** How often a transaction is tried that failed on a conflict with another. */
const TRIES = 5;

/** Runs transactions that publish: those of HTTP requests and of background work that holds no lane. */
@Injectable()
export class Transactions {
  private readonly current = new AsyncLocalStorage<{ tx: Transaction; isOpen: boolean }>();

  /** @param onRetry told of every try that is made again. */
  constructor(
    private readonly dataSource: DataSource,
    private readonly service: string,
    private readonly relay: Pick<Relay, 'wake'>,
    private readonly onRetry: () => void = () => undefined,
  ) {}

  /**
   * Commits what `work` did and publishes what it said. `work` runs again, from the start, after a serialization failure, a deadlock or
   * a wait for a lock that was too long; so it must have no effect but through the transaction. Called within `work`, it joins the
   * transaction that is open: so a request with an idempotency key is one transaction, whatever its handler calls.
   */
  async run<Result>(work: (tx: Transaction) => Promise<Result>): Promise<Result> {
    const around = this.current.getStore();
    if (around?.isOpen) return work(around.tx);
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.attempt(work);
      } catch (error) {
        if (!isUndone(error) || attempt === TRIES) throw error;
        this.onRetry();
        await sleep(10 * 2 ** attempt * Math.random());
      }
    }
  }

  private async attempt<Result>(work: (tx: Transaction) => Promise<Result>): Promise<Result> {
    const events: OutboxEvent[] = [];
    const effects: (() => void)[] = [];
    const { done, parcels } = await this.dataSource.transaction(async (manager) => {
      const own = { tx: transactionOf(manager, this.service, events, effects), isOpen: true };
      // What the work has started and not waited for (a timer) may call again when this transaction is over.
      const done = await this.current.run(own, () => work(own.tx)).finally(() => (own.isOpen = false));
      return { done, parcels: await insertOutbox(manager, events) };
    });
    failpoint('recorded');
    if (parcels.length > 0) this.relay.wake(parcels);
    for (const effect of effects) effect();
    return done;
  }
}

/** Serialization failure, deadlock, lock timeout: PostgreSQL has rolled back. */
function isUndone(error: unknown): boolean {
  return ['40001', '40P01', '55P03'].includes((error as { code?: string }).code ?? '');
}

function transactionOf(
  manager: EntityManager,
  service: string,
  events: OutboxEvent[],
  effects: (() => void)[],
): Transaction {
  return {
    manager,
    sql: sqlOn(manager),
    publish<T extends object>(contract: Contract<T>, id: string, data: T, options: { time?: string } = {}) {
      events.push(outboxEvent(contract, `/assay/${service}`, id, data, options.time ?? new Date().toISOString()));
    },
    whenCommitted: (done) => void effects.push(done),
  };
}
