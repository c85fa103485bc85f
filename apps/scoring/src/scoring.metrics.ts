import { Injectable } from '@nestjs/common';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { type FindingKind } from '@assay/contracts/standing/finding';

/** Projects that have a series of their own; the others share one. */
const MOST_PROJECTS = 50;

/** What scoring says about itself (operations, section 4). */
@Injectable()
export class ScoringMetrics {
  private readonly findings: Counter<'kind'>;
  private readonly epoch: Gauge<'project'>;
  private readonly duration: Histogram;
  private readonly projects = new Set<string>();

  constructor(registry: Registry) {
    const registers = [registry];
    this.findings = new Counter({
      name: 'assay_scoring_findings_total',
      help: 'Findings on workers that were raised, by kind.',
      labelNames: ['kind'],
      registers,
    });
    this.epoch = new Gauge({
      name: 'assay_scoring_epoch',
      help: 'Number of the newest epoch that this instance fitted, by project.',
      labelNames: ['project'],
      registers,
    });
    this.duration = new Histogram({
      name: 'assay_scoring_epoch_duration_seconds',
      help: 'Time of a fit, from reading the labels to publishing.',
      buckets: [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300],
      registers,
    });
  }

  found(kind: FindingKind): void {
    this.findings.inc({ kind });
  }

  fitted(name: string, epoch: number, seconds: number): void {
    if (this.projects.size < MOST_PROJECTS) this.projects.add(name);
    this.epoch.set({ project: this.projects.has(name) ? name : 'other' }, epoch);
    this.duration.observe(seconds);
  }
}
