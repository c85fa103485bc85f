import { Injectable } from '@nestjs/common';
import { Counter, Registry } from 'prom-client';

/** What gold says about itself (operations, section 4): counts, never labels. */
@Injectable()
export class GoldMetrics {
  private readonly checks: Counter<'outcome'>;

  constructor(registry: Registry) {
    const registers = [registry];
    this.checks = new Counter({
      name: 'assay_gold_checks_total',
      help: 'Comparisons of annotations with known labels, by what came of them.',
      labelNames: ['outcome'],
      registers,
    });
  }

  checked(outcome: 'right' | 'wrong' | 'voided'): void {
    this.checks.inc({ outcome });
  }
}
