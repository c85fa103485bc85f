import { Injectable } from '@nestjs/common';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { type FindingKind } from '@assay/contracts/standing/finding';

/** What scoring counts as it works (operations, section 4); what it reads now and then is in `scoring.gauges.ts`. */
@Injectable()
export class ScoringMetrics {
  private readonly findings: Counter<'kind'>;
  private readonly duration: Histogram;
  private readonly drift: Gauge;

  constructor(registry: Registry) {
    const registers = [registry];
    this.findings = new Counter({
      name: 'assay_scoring_findings_total',
      help: 'Findings on workers that were raised, by kind.',
      labelNames: ['kind'],
      registers,
    });
    this.duration = new Histogram({
      name: 'assay_scoring_epoch_duration_seconds',
      help: 'Time of a fit, from reading the labels to publishing.',
      buckets: [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300],
      registers,
    });
    this.drift = new Gauge({
      name: 'assay_scoring_drift_from_batch',
      help: 'Mean absolute change of accuracy, by label, that the last fit of this instance made: how far what was in force had drifted.',
      registers,
    });
  }

  found(kind: FindingKind): void {
    this.findings.inc({ kind });
  }

  /** @param drift undefined for the first fit of a project. */
  fitted(seconds: number, drift: number | undefined): void {
    this.duration.observe(seconds);
    if (drift !== undefined) this.drift.set(drift);
  }
}
