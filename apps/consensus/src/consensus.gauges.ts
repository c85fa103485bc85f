import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { Gauge, Registry } from 'prom-client';
import { type Transaction } from '@assay/platform/transport/transaction';
import { Transactions } from '@assay/platform/transport/transactions';
import { agreementOf } from './agreement.service';
import { itemCounts } from './item-count.queries';
import { firstProjects } from '@assay/platform/copies/project-copy';

/** How often gauges are read from the database. */
const EVERY_MS = 15_000;
/** How long an instance leads after it was last told that it does. */
const LEAD_MS = 3 * EVERY_MS;
/** Questions whose agreement is shown: those of the first projects by name, so that series stay few. */
const MOST_PROJECTS = 50;
const MOST_QUESTIONS = 100;
const COEFFICIENTS = ['krippendorffAlpha', 'gwetAC1'] as const;

/** What is summed over all lanes: read by one instance alone, now and then, never at a scrape. */
@Injectable()
export class ConsensusGauges implements OnApplicationShutdown {
  private readonly items: Gauge<'state'>;
  private readonly agreement: readonly Gauge<'project' | 'question' | 'coefficient'>[];
  private leadsUntil = 0;
  private timer: NodeJS.Timeout | undefined;
  private reading: Promise<void> | undefined;

  constructor(
    registry: Registry,
    private readonly transactions: Transactions,
  ) {
    const registers = [registry];
    this.items = new Gauge({
      name: 'assay_consensus_items',
      help: 'Items by the state of their decision.',
      labelNames: ['state'],
      registers,
    });
    const labelNames = ['project', 'question', 'coefficient'] as const;
    this.agreement = [
      ['assay_agreement_coefficient', 'Agreement of the workers, by coefficient.'],
      ['assay_agreement_interval_low', 'Lower end of the 95 % interval of the agreement.'],
      ['assay_agreement_interval_high', 'Upper end of the 95 % interval of the agreement.'],
    ].map(([name, help]) => new Gauge({ name: name!, help: help!, labelNames, registers }));
  }

  /** This instance owns the lane whose owner reads the gauges. */
  lead(): void {
    const isNew = Date.now() > this.leadsUntil;
    this.leadsUntil = Date.now() + LEAD_MS;
    this.timer ??= setInterval(() => this.refresh(), EVERY_MS).unref();
    if (isNew) this.refresh();
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.reading;
  }

  private refresh(): void {
    if (Date.now() > this.leadsUntil) return this.reset();
    this.reading ??= this.read()
      .catch((error: Error) => new Logger(ConsensusGauges.name).warn(`gauges could not be read: ${error.message}`))
      .finally(() => (this.reading = undefined));
  }

  /** Reads everything once. */
  async read(): Promise<void> {
    await this.transactions.run(async (tx) => {
      this.reset();
      for (const [state, count] of Object.entries(await itemCounts(tx))) this.items.set({ state }, count);
      await this.readAgreement(tx);
    });
  }

  private async readAgreement(tx: Transaction): Promise<void> {
    let left = MOST_QUESTIONS;
    for (const project of await firstProjects(tx, MOST_PROJECTS)) {
      for (const question of project.questions) {
        if (left-- === 0) return;
        const { coefficients } = await agreementOf(tx, project, question, '');
        for (const coefficient of COEFFICIENTS) {
          const estimate = coefficients[coefficient];
          const labels = { project: project.project, question: question.name, coefficient };
          [estimate?.value, estimate?.low, estimate?.high].forEach((value, index) => {
            if (value != null) this.agreement[index]!.set(labels, value);
          });
        }
      }
    }
  }

  private reset(): void {
    for (const gauge of [this.items, ...this.agreement]) gauge.reset();
  }
}
