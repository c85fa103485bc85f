import { Injectable } from '@nestjs/common';
import { type Question } from '@assay/contracts/project/label-schema';
import { type Decision, type DecisionState } from '@assay/contracts/consensus/decision';
import { notFound } from '@assay/platform/http/problem';
import { type Transaction } from '@assay/platform/transport/transaction';
import { Transactions } from '@assay/platform/transport/transactions';
import { posteriorOf } from '@assay/statistics/aggregation/posterior';
import { adjudicationOf } from './adjudication.domain';
import { agreementOf, overAllItems, type QuestionAgreement } from './agreement.service';
import { slicesOf } from './agreement.queries';
import { digestOf } from './digest';
import { countingEntries, type Entry, labelOf } from '@assay/contracts/annotation/entry';
import { type Item, stateOf } from './item.domain';
import { itemCounts } from './item-count.queries';
import { itemNamed, itemPage } from './item.queries';
import { type CurrentModels, Models } from './models';
import { type Project } from '@assay/platform/copies/project-copy';
import { standingOf } from './provenance.domain';
import { projectsNamed } from '@assay/platform/copies/project-copy';
import { restOf } from './progress.queries';

/** Items read at once for an export. */
const EXPORT_PAGE = 1000;

/** Which items: those in a state, or those whose decision on a question is in it. */
export interface ItemFilter {
  state?: DecisionState;
  question?: string;
}

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

  /** At most `limit` items in the order of their names, after one of them; with a question, what was decided on that one alone. */
  async page(name: string, page: { after: string; limit: number } & ItemFilter): Promise<ItemDecisions[]> {
    const { question } = page;
    return this.read(name, async (tx, { questions }) => {
      if (question !== undefined && !questions.some((one) => one.name === question))
        throw notFound('question', question);
      const items = (await itemPage(tx, name, page)).map(listed);
      if (question === undefined) return items;
      return items.map((item) => ({ ...item, decisions: item.decisions.filter((one) => one.question === question) }));
    });
  }

  /** All items, page by page; what is wrong with the question asked is thrown before the first. */
  async all(name: string, filter: ItemFilter): Promise<AsyncIterable<ItemDecisions[]>> {
    const first = await this.page(name, { after: '', limit: EXPORT_PAGE, ...filter });
    return this.from(name, first, filter);
  }

  private async *from(name: string, first: ItemDecisions[], filter: ItemFilter): AsyncGenerator<ItemDecisions[]> {
    for (let page = first; page.length > 0;) {
      yield page;
      if (page.length < EXPORT_PAGE) return;
      page = await this.page(name, { after: page.at(-1)!.item, limit: EXPORT_PAGE, ...filter });
    }
  }

  /** One item with everything that its decision came from. */
  async provenance(name: string, item: string) {
    return this.read(name, async (tx, project) => {
      const found = await itemNamed(tx, { project: name, item });
      if (!found) throw notFound('item', item);
      const models = await this.models.current(tx, [name]);
      return {
        ...listed(found),
        project: name,
        isWithdrawn: found.isWithdrawn,
        slice: found.imported?.slice,
        questions: project.questions.map((question) => questionOf(found, question, project, models)),
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
        epoch: (await this.models.current(tx, [name])).epochOf(name),
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

function listed(item: Item): ItemDecisions {
  const { decisions, version, policyRevision } = item;
  return {
    item: item.item,
    state: stateOf(item),
    version,
    policyRevision,
    decisions,
  };
}

/** What a question of an item was decided from. */
function questionOf(item: Item, schema: Question, project: Project, models: CurrentModels) {
  const question = schema.name;
  const counting = countingEntries(item.entries, question, project.policy.repeats);
  const { model, epoch } = models.of(project.project, schema);
  const nameOf = (entry: Entry) => schema.labels[labelOf(entry, question) ?? -1] ?? null;
  const evidence = counting.map((entry) => ({ worker: entry.worker, label: labelOf(entry, question) ?? 0 }));
  const { posterior } = posteriorOf(model, evidence);
  return {
    question,
    epoch,
    adjudication: adjudicated(item, schema),
    posterior: Object.fromEntries(schema.labels.map((label, index) => [label, posterior[index] ?? 0])),
    annotations: item.entries
      .filter((entry) => !entry.labels || labelOf(entry, question) !== undefined)
      .map((entry) => ({
        id: entry.id,
        worker: entry.worker,
        role: entry.role,
        occasion: entry.occasion,
        revision: entry.revision,
        occurredAt: entry.at === undefined ? null : new Date(entry.at).toISOString(),
        order: entry.order,
        label: nameOf(entry),
        counts: !item.isWithdrawn && counting.includes(entry),
        why: item.isWithdrawn
          ? 'the item was withdrawn'
          : standingOf(entry, item.entries, question, project.policy.repeats),
      })),
  };
}

/** What an expert decided on a question, in words; absent where none did. */
function adjudicated(item: Item, { name, labels }: Question) {
  const adjudication = adjudicationOf(item.adjudications, name);
  if (!adjudication) return undefined;
  const { dispute, expert, at, reason, label } = adjudication;
  const outcome = label === undefined ? 'unresolvable' : 'label';
  return { dispute, expert, at: new Date(at).toISOString(), reason, outcome, label: labels[label ?? -1] };
}
