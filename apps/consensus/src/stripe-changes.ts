import { type Question } from '@assay/contracts/project/label-schema';
import { itemKey } from '@assay/contracts/item/item-imported';
import { partitionOf } from '@assay/platform/event-log/partitioner';
import { addItem, emptyStatistics, removeItem } from '@assay/statistics/agreement/categorical-statistics';
import { type StripeChange } from './agreement.queries';
import { type Contribution, type Item, labelsIn } from './item.domain';

/** Stripes of agreement; the number of partitions divides it, so that a stripe belongs to one lane. */
const STRIPES = 120;

/** Changes of agreement, gathered by stripe in an order that all writers share. */
export class StripeChanges {
  private readonly changes = new Map<string, StripeChange>();

  /** Takes out what an item added before, and adds what it adds now. */
  exchange(item: Item, was: Contribution, is: Contribution, questions: readonly Question[]): void {
    const stripe = partitionOf(itemKey(item), STRIPES);
    for (const { name, kind } of questions) {
      const isOrdinal = kind === 'rating';
      const [out, into] = [labelsIn(was, name), labelsIn(is, name)];
      if (out.length === into.length && was.slice === is.slice && out.every((label, index) => label === into[index]))
        continue;
      for (const slice of slicesOf(was)) removeItem(this.of(item.project, name, slice, stripe), out, isOrdinal);
      for (const slice of slicesOf(is)) addItem(this.of(item.project, name, slice, stripe), into, isOrdinal);
    }
  }

  /** What is to be added to each stripe, in that order. */
  all(): StripeChange[] {
    return [...this.changes].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, change]) => change);
  }

  private of(project: string, question: string, slice: string, stripe: number) {
    const name = JSON.stringify([project, question, slice, stripe]);
    let change = this.changes.get(name);
    if (!change) this.changes.set(name, (change = { project, question, slice, stripe, change: emptyStatistics() }));
    return change.change;
  }
}

function slicesOf(contribution: Contribution): string[] {
  return contribution.slice === undefined ? [''] : ['', contribution.slice];
}
