import { type Pool } from 'pg';
import { Gauge, type Registry } from 'prom-client';
import { type DataSource } from 'typeorm';

/** How often a service looks whether what it depends on is there. */
const EVERY_MS = 15_000;
/** How long it may take to answer. */
const PATIENCE_MS = 2_000;

/** Watches a service's database: for `dependency_up`, and for readiness. */
export class DatabaseWatch {
  private readonly up: Gauge<'dependency'>;
  private readonly timer: NodeJS.Timeout;

  constructor(
    private readonly dataSource: DataSource,
    registry: Registry,
  ) {
    const registers = [registry];
    this.up = new Gauge({
      name: 'assay_dependency_up',
      help: '1 where the dependency answered when it was asked last.',
      labelNames: ['dependency'],
      registers,
    });
    const pool = (dataSource.driver as unknown as { master: Pool }).master;
    new Gauge({
      name: 'assay_db_pool_connections',
      help: 'Connections of the pool, and requests that wait for one.',
      labelNames: ['state'],
      registers,
      collect() {
        this.set({ state: 'idle' }, pool.idleCount);
        this.set({ state: 'busy' }, pool.totalCount - pool.idleCount);
        this.set({ state: 'waiting' }, pool.waitingCount);
      },
    });
    this.timer = setInterval(() => void this.answers(), EVERY_MS).unref();
  }

  /** Whether the database answers now, within two seconds. */
  async answers(): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<false>((resolve) => (timer = setTimeout(resolve, PATIENCE_MS, false)));
    const asked = this.dataSource.query('select 1').then(
      () => true,
      () => false,
    );
    const isUp = await Promise.race([asked, late]);
    clearTimeout(timer);
    this.up.set({ dependency: 'postgres' }, isUp ? 1 : 0);
    return isUp;
  }

  stop(): void {
    clearInterval(this.timer);
  }
}
