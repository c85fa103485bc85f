import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Gauge, Registry } from 'prom-client';
import { LedGauges } from '@assay/platform/metrics/led-gauges';
import { Relay } from '@assay/platform/transport/relay';
import { Transactions } from '@assay/platform/transport/transactions';
import { TIERS } from '@assay/contracts/standing/tier-changed';
import { countTiers, newestEpochs } from './standing.queries';

/** Projects that have a series of their own: the first by name, so that series stay few. */
const MOST_PROJECTS = 50;

/** What is summed over all projects: read by one instance alone, now and then, never at a scrape. */
@Injectable()
export class ScoringGauges implements OnApplicationShutdown {
  private readonly workers: Gauge<'tier'>;
  private readonly epoch: Gauge<'project'>;
  private readonly led: LedGauges;

  constructor(
    registry: Registry,
    private readonly transactions: Transactions,
    relay: Relay,
  ) {
    this.led = new LedGauges(ScoringGauges.name, this, relay);
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

  async onApplicationShutdown(): Promise<void> {
    await this.led.stop();
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

  /** Shows nothing any more. */
  reset(): void {
    for (const gauge of [this.workers, this.epoch]) gauge.reset();
  }
}
