import { Gauge, type Registry } from 'prom-client';
import { type DataSource } from 'typeorm';
import { type Offsets, offsetsOf, withAges } from '../ops/offsets';
import { type EventLog } from '../event-log/event-log';
import { accountingOf } from '../transport/accounting.queries';
import { backlogOf, imbalanceOf } from './backlog.queries';

/** How often they are computed; never per scrape. */
const EVERY_MS = 15_000;

export interface TransportGaugesOptions {
  dataSource: DataSource;
  eventLog: Pick<EventLog, 'offsets' | 'takenAt'>;
  /** Names of the topics that the service reads. */
  topics: readonly string[];
  registry: Registry;
  /** Whether this instance speaks for the service: of several, one has the relay. */
  isLeading(): boolean;
  logger: { warn(message: string): void };
}

/** Gauges of a service's tables: outbox, dead letters, accounting, lag. Only the leading instance has values. */
export class TransportGauges {
  private readonly gauges: ReturnType<typeof declareGauges>;
  private readonly timer: NodeJS.Timeout;

  constructor(private readonly options: TransportGaugesOptions) {
    this.gauges = declareGauges(options.registry);
    this.timer = setInterval(() => void this.refresh(), EVERY_MS).unref();
  }

  /** Computes them anew; where the database is away they keep what they had. */
  async refresh(): Promise<void> {
    const { dataSource, eventLog, topics, isLeading, logger } = this.options;
    if (!isLeading()) {
      for (const gauge of Object.values(this.gauges)) gauge.reset();
      return;
    }
    try {
      const { manager } = dataSource;
      this.setBacklog(await backlogOf(manager));
      const { accepted, applied, superseded, deadLettered, pending, duplicate } = await accountingOf(manager);
      const states = { accepted, applied, superseded, dead_lettered: deadLettered, pending, duplicate };
      for (const [state, events] of Object.entries(states)) this.gauges.accounting.set({ state }, events);
      this.gauges.imbalance.set(await imbalanceOf(manager));
      this.setOffsets(await withAges(eventLog, await offsetsOf(manager, eventLog, topics)));
    } catch (error) {
      logger.warn(`gauges: ${(error as Error).message}`);
    }
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private setOffsets(offsets: readonly Offsets[]): void {
    const { lag, oldestAge, stopped } = this.gauges;
    for (const topic of this.options.topics) {
      const ofTopic = offsets.filter((one) => one.topic === topic);
      for (const one of ofTopic) lag.set({ topic, partition: String(one.partition) }, one.lag);
      oldestAge.set({ topic }, Math.max(...ofTopic.map((one) => one.oldestUnprocessedAge ?? 0)));
      stopped.set({ topic }, ofTopic.filter((one) => one.state !== 'reading').length);
    }
  }

  private setBacklog(backlog: Awaited<ReturnType<typeof backlogOf>>): void {
    this.gauges.outboxRows.set(backlog.outboxRows);
    this.gauges.outboxAge.set(backlog.outboxAge);
    this.gauges.deadLetters.set(backlog.deadLetters);
    this.gauges.deadLetterAge.set(backlog.deadLetterAge);
  }
}

function declareGauges(registry: Registry) {
  const gauge = <Label extends string>(name: string, help: string, labelNames: Label[] = []) =>
    new Gauge<Label>({ name: `assay_${name}`, help, labelNames, registers: [registry] });
  return {
    outboxRows: gauge('outbox_pending_rows', 'Parcels in the outbox that the log has not acknowledged for certain.'),
    outboxAge: gauge('outbox_oldest_pending_age_seconds', 'Age of the oldest of them, 0 where there is none.'),
    deadLetters: gauge('dead_letters_open', 'Dead letters that nobody has settled.'),
    deadLetterAge: gauge('dead_letter_oldest_age_seconds', 'Age of the oldest of them, 0 where there is none.'),
    accounting: gauge('accounting_events', 'What became of the events of the accounted topic.', ['state']),
    imbalance: gauge('accounting_imbalance_events', 'Events that are not accounted for, or lost; must be 0.'),
    lag: gauge('consumer_lag_records', 'Records between the position and the end of a partition.', [
      'topic',
      'partition',
    ]),
    oldestAge: gauge(
      'consumer_oldest_unprocessed_age_seconds',
      'Time since the log took the oldest record that is still to be read, of all partitions; 0 where there is none.',
      ['topic'],
    ),
    stopped: gauge(
      'consumer_stopped_partitions',
      'Partitions whose position the log does not have: records were gone before they were read, or the topic was made anew.',
      ['topic'],
    ),
  };
}
