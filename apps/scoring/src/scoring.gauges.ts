import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { Gauge, Registry } from 'prom-client';
import { Transactions } from '@assay/platform/transport/transactions';
import { TIERS } from '@assay/contracts/standing/tier-changed';
import { countTiers, newestEpochs } from './standing.queries';

/** How often gauges are read from the database. */
const EVERY_MS = 15_000;
/** How long an instance leads after it was last told that it does. */
const LEAD_MS = 3 * EVERY_MS;
/** Projects that have a series of their own: the first by name, so that series stay few. */
const MOST_PROJECTS = 50;

/** What is summed over all projects: read by one instance alone, now and then, never at a scrape. */
@Injectable()
export class ScoringGauges implements OnApplicationShutdown {
  private readonly workers: Gauge<'tier'>;
  private readonly epoch: Gauge<'project'>;
  private leadsUntil = 0;
  private timer: NodeJS.Timeout | undefined;
  private reading: Promise<void> | undefined;

  constructor(
    registry: Registry,
    private readonly transactions: Transactions,
  ) {
    const registers = [registry];
    this.workers = new Gauge({
      name: 'assay_scoring_workers',
      help: 'Workers of all projects by tier; a worker of two projects counts twice.',
      labelNames: ['tier'],
      registers,
    });
    this.epoch = new Gauge({
      name: 'assay_scoring_epoch',
      help: 'Number of the newest epoch, of the first 50 projects by name.',
      labelNames: ['project'],
      registers,
    });
  }

  /** This instance owns the lane whose owner reads the gauges. */
  lead(): void {
    const isNew = Date.now() > this.leadsUntil;
    this.leadsUntil = Date.now() + LEAD_MS;
    this.timer ??= setInterval(() => this.refresh(), EVERY_MS).unref();
    if (isNew) this.refresh();
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.reading;
  }

  private refresh(): void {
    if (Date.now() > this.leadsUntil) return this.reset();
    this.reading ??= this.read()
      .catch((error: Error) => new Logger(ScoringGauges.name).warn(`gauges could not be read: ${error.message}`))
      .finally(() => (this.reading = undefined));
  }

  /** Reads everything once. */
  async read(): Promise<void> {
    await this.transactions.run(async (tx) => {
      const tiers = await countTiers(tx);
      const epochs = await newestEpochs(tx, MOST_PROJECTS);
      this.reset();
      for (const tier of TIERS) this.workers.set({ tier }, tiers.get(tier) ?? 0);
      for (const { project, epoch } of epochs) this.epoch.set({ project }, epoch);
    });
  }

  private reset(): void {
    for (const gauge of [this.workers, this.epoch]) gauge.reset();
  }
}
