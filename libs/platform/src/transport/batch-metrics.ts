import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** What the transport counts, once a batch, never once an event. */
export interface BatchMetrics {
  records: Counter<'topic' | 'outcome'>;
  duration: Histogram<'topic'>;
  /** Time from the log's taking a record to its commit here, of the last record of each slice. */
  eventAge: Histogram<'topic'>;
  lastProgress: Gauge<'topic'>;
  rebalances: Counter;
  fenced: Counter;
  lost: Counter;
  retries: Counter;
  deadLetters: Counter<'reason'>;
  published: Counter;
}

/** Declares the transport's metrics in a service's registry. */
export function batchMetrics(registry: Registry): BatchMetrics {
  const registers = [registry];
  return {
    records: new Counter({
      name: 'assay_consumer_records_total',
      help: 'Records read from the event log, by what became of them.',
      labelNames: ['topic', 'outcome'],
      registers,
    }),
    duration: new Histogram({
      name: 'assay_consumer_process_duration_seconds',
      help: 'Time from the begin to the commit of a transaction, of at most 10,000 records of one lane or of several.',
      labelNames: ['topic'],
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
      registers,
    }),
    eventAge: new Histogram({
      name: 'assay_consumer_event_age_seconds',
      help: 'Time from when the log took a record to when it was applied; the last record of each slice.',
      labelNames: ['topic'],
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 10, 60, 600, 3600],
      registers,
    }),
    lastProgress: new Gauge({
      name: 'assay_consumer_last_progress_timestamp_seconds',
      help: 'When a slice was committed last.',
      labelNames: ['topic'],
      registers,
    }),
    rebalances: new Counter({
      name: 'assay_consumer_rebalances_total',
      help: 'Lanes that came to this instance or went.',
      registers,
    }),
    fenced: new Counter({
      name: 'assay_consumer_fenced_writes_total',
      help: 'Transactions given up because another instance had moved the lane.',
      registers,
    }),
    lost: new Counter({
      name: 'assay_consumer_lost_records_total',
      help: 'Records that were gone from the log before they were read.',
      registers,
    }),
    retries: new Counter({
      name: 'assay_db_transaction_retries_total',
      help: 'Transactions tried again after a transient failure.',
      registers,
    }),
    deadLetters: new Counter({
      name: 'assay_dead_letters_total',
      help: 'Events put aside because they could not be applied.',
      labelNames: ['reason'],
      registers,
    }),
    published: new Counter({
      name: 'assay_outbox_published_total',
      help: 'Events published from the outbox, repeats included.',
      registers,
    }),
  };
}
