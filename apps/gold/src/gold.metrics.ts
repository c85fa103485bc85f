import { Injectable } from '@nestjs/common';
import { Counter, Gauge, Registry } from 'prom-client';

/** What gold says about itself (operations, section 4): counts, never labels. */
@Injectable()
export class GoldMetrics {
  private readonly checks: Counter<'outcome'>;
  private readonly items: Gauge<'state'>;
  private readonly exposures: Gauge;

  constructor(registry: Registry) {
    const registers = [registry];
    this.checks = new Counter({
      name: 'assay_gold_checks_total',
      help: 'Comparisons of annotations with known labels, by what came of them.',
      labelNames: ['outcome'],
      registers,
    });
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

  checked(outcome: 'right' | 'wrong' | 'voided'): void {
    this.checks.inc({ outcome });
  }

  counted({ active, retired, exposures }: { active: number; retired: number; exposures: number }): void {
    this.items.set({ state: 'active' }, active);
    this.items.set({ state: 'retired' }, retired);
    this.exposures.set(exposures);
  }
}
