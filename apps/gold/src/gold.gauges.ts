import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Gauge, Registry } from 'prom-client';
import { LedGauges } from '@assay/platform/metrics/led-gauges';
import { Relay } from '@assay/platform/transport/relay';
import { Transactions } from '@assay/platform/transport/transactions';
import { goldCounts } from './gold-item.queries';

/** How much gold there is and how often it was shown: read by one instance alone, now and then, never at a scrape. */
@Injectable()
export class GoldGauges implements OnApplicationShutdown {
  private readonly items: Gauge<'state'>;
  private readonly exposures: Gauge;
  private readonly led: LedGauges;

  constructor(
    registry: Registry,
    private readonly transactions: Transactions,
    relay: Relay,
  ) {
    this.led = new LedGauges(GoldGauges.name, this, relay);
    const registers = [registry];
    this.items = new Gauge({
      name: 'assay_gold_items',
      help: 'Gold items by state.',
      labelNames: ['state'],
      registers,
    });
    this.exposures = new Gauge({
      name: 'assay_gold_exposures',
      help: 'Assignments by which gold items were shown.',
      registers,
    });
  }

  async onApplicationShutdown(): Promise<void> {
    await this.led.stop();
  }

  /** Reads everything once. */
  async read(): Promise<void> {
    const { active, retired, exposures } = await this.transactions.run(goldCounts);
    this.items.set({ state: 'active' }, active);
    this.items.set({ state: 'retired' }, retired);
    this.exposures.set(exposures);
  }

  /** Shows nothing any more. */
  reset(): void {
    for (const gauge of [this.items, this.exposures]) gauge.reset();
  }
}
