import { Injectable } from '@nestjs/common';
import { Counter, Registry } from 'prom-client';
import { type Item } from './item.domain';

/** What consensus says about itself (operations, section 4). */
@Injectable()
export class ConsensusMetrics {
  private readonly decisions: Counter<'outcome'>;
  private readonly recomputes: Counter<'cause'>;

  constructor(registry: Registry) {
    const registers = [registry];
    this.decisions = new Counter({
      name: 'assay_consensus_decisions_total',
      help: 'Decisions on questions of items, by the state that they came to.',
      labelNames: ['outcome'],
      registers,
    });
    this.recomputes = new Counter({
      name: 'assay_consensus_recomputes_total',
      help: 'Items decided anew, by what made it necessary.',
      labelNames: ['cause'],
      registers,
    });
  }

  /** Counts the items of one batch or slice. */
  decided(cause: 'evidence' | 'policy', items: readonly Item[]): void {
    const states = new Map<string, number>();
    for (const { decisions } of items) {
      for (const { state } of decisions) states.set(state, (states.get(state) ?? 0) + 1);
    }
    for (const [outcome, count] of states) this.decisions.inc({ outcome }, count);
    this.recomputes.inc({ cause }, items.length);
  }
}
