import { Injectable } from '@nestjs/common';
import { Counter, Histogram, Registry } from 'prom-client';
import { type Item } from './item.domain';

/** What made it necessary to decide an item. */
export type Cause = 'evidence' | 'policy' | 'epoch';

/** What consensus says about itself (operations, section 4). */
@Injectable()
export class ConsensusMetrics {
  private readonly decisions: Counter<'outcome'>;
  private readonly recomputes: Counter<'cause'>;
  private readonly latency: Histogram;

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
    this.latency = new Histogram({
      name: 'assay_consensus_decision_latency_seconds',
      help: 'Time from the acceptance of an annotation at ingestion to the decision that it leads to.',
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30, 300],
      registers,
    });
  }

  /** Takes the time that annotations took until now, given when each was accepted (ISO 8601). */
  applied(acceptedAt: readonly string[]): void {
    const now = Date.now();
    // A clock of another machine may be ahead.
    for (const time of acceptedAt) this.latency.observe(Math.max(0, now - Date.parse(time)) / 1000);
  }

  /** Counts the items of one batch or slice. */
  decided(cause: Cause, items: readonly Item[]): void {
    const states = new Map<string, number>();
    for (const { decisions } of items) {
      for (const { state } of decisions) states.set(state, (states.get(state) ?? 0) + 1);
    }
    for (const [outcome, count] of states) this.decisions.inc({ outcome }, count);
    this.recomputes.inc({ cause }, items.length);
  }
}
