import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Gauge, Registry } from 'prom-client';
import { LedGauges } from '@assay/platform/metrics/led-gauges';
import { Relay } from '@assay/platform/transport/relay';
import { type Transaction } from '@assay/platform/transport/transaction';
import { Transactions } from '@assay/platform/transport/transactions';
import { type EstimatedCoefficient } from '@assay/statistics/agreement/coefficient';
import { agreementOf } from './agreement.service';
import { itemCounts } from './item-count.queries';
import { firstProjects } from '@assay/platform/copies/project-copy';

/** Questions whose agreement is shown: those of the first projects by name, so that series stay few. */
const MOST_PROJECTS = 50;
const MOST_QUESTIONS = 100;
const COEFFICIENTS = ['krippendorffAlpha', 'gwetAC1'] as const;

/** What is summed over all lanes: read by one instance alone, now and then, never at a scrape. */
@Injectable()
export class ConsensusGauges implements OnApplicationShutdown {
  private readonly items: Gauge<'state'>;
  private readonly agreement: readonly Gauge<'project' | 'question' | 'coefficient'>[];
  private readonly led: LedGauges;

  constructor(
    registry: Registry,
    private readonly transactions: Transactions,
    relay: Relay,
  ) {
    this.led = new LedGauges(ConsensusGauges.name, this, relay);
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

  async onApplicationShutdown(): Promise<void> {
    await this.led.stop();
  }

  /** Reads everything once. What was read before is shown until all of it is there. */
  async read(): Promise<void> {
    const { counts, agreement } = await this.transactions.run(async (tx) => {
      return { counts: await itemCounts(tx), agreement: await readAgreement(tx) };
    });
    this.reset();
    for (const [state, count] of Object.entries(counts)) this.items.set({ state }, count);
    for (const { labels, estimate } of agreement) {
      [estimate?.value, estimate?.low, estimate?.high].forEach((value, index) => {
        if (value != null) this.agreement[index]!.set(labels, value);
      });
    }
  }

  /** Shows nothing any more. */
  reset(): void {
    for (const gauge of [this.items, ...this.agreement]) gauge.reset();
  }
}

/** A coefficient of a question, as its gauges show it. */
interface ShownCoefficient {
  labels: { project: string; question: string; coefficient: string };
  estimate: EstimatedCoefficient | undefined;
}

async function readAgreement(tx: Transaction): Promise<ShownCoefficient[]> {
  const shown: ShownCoefficient[] = [];
  let left = MOST_QUESTIONS;
  for (const project of await firstProjects(tx, MOST_PROJECTS)) {
    for (const question of project.questions) {
      if (left-- === 0) return shown;
      const { coefficients } = await agreementOf(tx, project, question, '');
      for (const coefficient of COEFFICIENTS) {
        const labels = { project: project.project, question: question.name, coefficient };
        shown.push({ labels, estimate: coefficients[coefficient] });
      }
    }
  }
  return shown;
}
