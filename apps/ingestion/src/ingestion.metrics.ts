import { Injectable } from '@nestjs/common';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { type Entry, type Submitted } from './intake.domain';

/** How entries come in: `http` one of the two resources, `cloudevents` HTTP too, `log` the inbound topic. */
export type Way = 'http' | 'cloudevents' | 'log';

/** What ingestion says about itself (operations, section 4). Counted once a request or batch, not once an entry. */
@Injectable()
export class IngestionMetrics {
  private readonly events: Counter<'transport' | 'type' | 'outcome'>;
  private readonly rejections: Counter<'reason'>;
  private readonly age: Histogram;
  private readonly skew: Histogram;
  private readonly last: Gauge<'source_kind'>;

  constructor(registry: Registry) {
    const registers = [registry];
    this.events = new Counter({
      name: 'assay_ingest_events_total',
      help: 'Annotations and items that came in, by the way they came and by what became of them',
      labelNames: ['transport', 'type', 'outcome'],
      registers,
    });
    this.rejections = new Counter({
      name: 'assay_ingest_rejections_total',
      help: 'Annotations and items that were rejected, by reason',
      labelNames: ['reason'],
      registers,
    });
    this.age = new Histogram({
      name: 'assay_ingest_event_age_seconds',
      help: 'Time from the occurrence of an annotation to its arrival, where the source says when it occurred',
      buckets: [0.1, 1, 10, 60, 600, 3600, 86_400, 604_800],
      registers,
    });
    this.skew = new Histogram({
      name: 'assay_ingest_source_skew_seconds',
      help: 'By how much annotations occurred later than they arrived: the clock of a source is ahead',
      buckets: [0.1, 1, 10, 60, 600, 3600, 86_400],
      registers,
    });
    this.last = new Gauge({
      name: 'assay_ingest_last_event_timestamp_seconds',
      help: 'When something came in last',
      labelNames: ['source_kind'],
      registers,
    });
  }

  /** Counts what became of entries that came together. */
  count(way: Way, entries: readonly Entry[], submitted: readonly Submitted[], at: string): void {
    const outcomes = new Map<string, number>();
    entries.forEach(({ subject, content }, index) => {
      const result = submitted[index]!;
      const key = `${subject}/${result.status}`;
      outcomes.set(key, (outcomes.get(key) ?? 0) + 1);
      if (result.status === 'rejected') this.rejections.inc({ reason: result.code });
      if (content.type !== 'claim' || content.claim.data.occurredAt === undefined) return;
      const age = (Date.parse(at) - Date.parse(content.claim.data.occurredAt)) / 1000;
      if (age >= 0) this.age.observe(age);
      else this.skew.observe(-age);
    });
    for (const [key, count] of outcomes) {
      const [type, outcome] = key.split('/') as [string, string];
      this.events.inc({ transport: way, type, outcome }, count);
    }
    if (entries.length > 0) this.last.set({ source_kind: way }, Date.parse(at) / 1000);
  }
}
