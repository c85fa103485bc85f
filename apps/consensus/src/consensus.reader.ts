import { Injectable } from '@nestjs/common';
import { type Decision } from '@assay/contracts/consensus/decision';
import { notFound } from '@assay/platform/http/problem';
import { type Transaction } from '@assay/platform/transport/transaction';
import { Transactions } from '@assay/platform/transport/transactions';
import { posteriorOf } from '@assay/statistics/aggregation/posterior';
import { agreementOf, overAllItems, type QuestionAgreement } from './agreement.service';
import { slicesOf } from './agreement.queries';
import { stateOfItem } from './decision.domain';
import { digestOf } from './digest';
import { countingEntries, type Entry } from './entry.domain';
import { type Item } from './item.domain';
import { itemCounts, itemNamed, itemPage } from './item.queries';
import { Models } from './models';
import { type Project } from './project.domain';
import { projectsNamed } from './project.queries';
import { restOf } from './progress.queries';

/** An item in a list. */
export interface ItemDecisions {
  item: string;
  state: string;
  version: number;
  policyRevision: number;
  decisions: readonly Decision[];
}

/** Answers questions about what was decided. */
@Injectable()
export class ConsensusReader {
  constructor(
    private readonly transactions: Transactions,
    private readonly models: Models,
  ) {}

  /** At most `limit` items in the order of their names, after one of them. */
  async page(name: string, page: { after: string; limit: number; state?: string }): Promise<ItemDecisions[]> {
    return this.read(name, async (tx) => (await itemPage(tx, name, page)).map(listed));
  }

  /** One item with everything that its decision came from. */
  async provenance(name: string, item: string) {
    return this.read(name, async (tx, project) => {
      const found = await itemNamed(tx, { project: name, item });
      if (!found) throw notFound('item', item);
      return {
        ...listed(found),
        project: name,
        isWithdrawn: found.isWithdrawn,
        slice: found.imported?.slice,
        questions: project.questions.map(({ name: question }) => this.questionOf(found, question, project)),
      };
    });
  }

  /** Number of items by state. */
  async summary(name: string) {
    return this.read(name, async (tx, project) => {
      const { withdrawn = 0, ...counts } = await itemCounts(tx, name);
      const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
      const states = { open: 0, reached: 0, disputed: 0, adjudicated: 0, unresolvable: 0, ...counts };
      return {
        project: name,
        epoch: this.models.epoch,
        policyRevision: project.revision,
        items: { total, ...states, withdrawn },
      };
    });
  }

  /** Whether everything that has arrived is decided by the newest policy, and nothing waits. */
  async rest(name: string): Promise<{ behind: number; parked: number }> {
    return this.transactions.run((tx) => restOf(tx, name));
  }

  /** Agreement by question; `all` adds what needs a pass over all items. */
  async agreement(
    name: string,
    options: { question?: string; slice?: string; all: boolean },
  ): Promise<Record<string, QuestionAgreement>> {
    return this.read(name, async (tx, project) => {
      const asked = project.questions.filter((one) => options.question === undefined || one.name === options.question);
      if (asked.length === 0) throw notFound('question', options.question ?? '');
      const slice = options.slice ?? '';
      if (slice !== '' && !(await slicesOf(tx, name)).includes(slice)) throw notFound('slice', slice);
      const answers: Record<string, QuestionAgreement> = {};
      for (const question of asked) {
        const agreement = await agreementOf(tx, project, question, slice);
        const all = options.all ? await overAllItems(tx, project, question, slice) : undefined;
        const coefficients = { ...agreement.coefficients, ...all?.coefficients };
        answers[question.name] = { ...agreement, ...(all && { workers: all.workers }), coefficients };
      }
      return answers;
    });
  }

  /** The digest of a project; that of nothing where it is unknown. */
  async digest(name: string): Promise<string> {
    return this.transactions.run((tx) => digestOf(tx, name));
  }

  private questionOf(item: Item, question: string, project: Project) {
    const schema = project.questions.find((one) => one.name === question)!;
    const counting = countingEntries(item.entries, question, project.policy.repeats);
    const { model, epoch } = this.models.of(schema);
    const labelOf = (entry: Entry) => {
      const index = entry.labels?.[question];
      return index === undefined ? null : (schema.labels[index] ?? null);
    };
    const evidence = counting.map((entry) => ({ worker: entry.worker, label: entry.labels?.[question] ?? 0 }));
    const { posterior } = posteriorOf(model, evidence);
    return {
      question,
      epoch,
      posterior: Object.fromEntries(schema.labels.map((label, index) => [label, posterior[index] ?? 0])),
      annotations: item.entries
        .filter((entry) => !entry.labels || question in entry.labels)
        .map((entry) => ({
          id: entry.id,
          worker: entry.worker,
          role: entry.role,
          occasion: entry.occasion,
          revision: entry.revision,
          occurredAt: entry.at === undefined ? null : new Date(entry.at).toISOString(),
          order: entry.order,
          label: labelOf(entry),
          counts: !item.isWithdrawn && counting.includes(entry),
          why: whyOf(entry, counting, item),
        })),
    };
  }

  private async read<Result>(
    name: string,
    work: (tx: Transaction, project: Project) => Promise<Result>,
  ): Promise<Result> {
    return this.transactions.run(async (tx) => {
      const project = (await projectsNamed(tx, [name])).get(name);
      if (!project) throw notFound('project', name);
      return work(tx, project);
    });
  }
}

function whyOf(entry: Entry, counting: readonly Entry[], item: Item): string {
  if (item.isWithdrawn) return 'the item was withdrawn';
  if (!entry.labels) return 'it is a retraction';
  if (counting.includes(entry)) return 'it counts';
  const others = item.entries.filter((other) => other.worker === entry.worker && other.occasion === entry.occasion);
  if (others.some((other) => other.revision > entry.revision)) return 'a later revision outdoes it';
  if (others.some((other) => !other.labels)) return 'it was retracted';
  return 'another of the same worker on the same occasion is kept';
}

function listed(item: Item): ItemDecisions {
  const { decisions, version, policyRevision, isWithdrawn } = item;
  return {
    item: item.item,
    state: isWithdrawn ? 'withdrawn' : stateOfItem(decisions),
    version,
    policyRevision,
    decisions,
  };
}
