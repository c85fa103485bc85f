import { auto } from './auto';
import { labelTable } from './label-table';
import { evidenceOf, posteriorOf } from './posterior';

/** One worker's choice of labels for an item; none is an answer too. */
export interface ChoicesRow {
  item: string;
  worker: string;
  labels: readonly string[];
}

export interface MultiLabelDecision {
  item: string;
  /** Labels whose probability is over a half, in the order of the schema. */
  labels: string[];
  /** Posterior that each label of the schema belongs to the item. */
  posterior: number[];
  /** Smallest confidence of the decisions, label by label: the whole is as sure as its least sure part. */
  confidence: number;
}

/**
 * Several labels an item: one binary aggregation a label, is it there or not (`auto`). "Not ticked" counts as a no, weak evidence that each worker's
 * own matrix weighs.
 * @throws RangeError on a label that is not in the schema.
 */
export function multiLabel(rows: readonly ChoicesRow[], labels: readonly string[]): MultiLabelDecision[] {
  for (const { item, worker, labels: chosen } of rows) {
    const unknown = chosen.find((label) => !labels.includes(label));
    if (unknown !== undefined) {
      throw new RangeError(
        `label "${unknown}" of item "${item}" by worker "${worker}": expected one of ${labels.join(', ')}`,
      );
    }
  }
  const decisions = new Map<string, MultiLabelDecision>();
  for (const label of labels) {
    const table = labelTable(
      rows.map(({ item, worker, labels: chosen }) => ({ item, worker, label: chosen.includes(label) ? 'yes' : 'no' })),
      ['no', 'yes'],
    );
    const { model } = auto(table);
    table.items.forEach((item, t) => {
      const { posterior, label: said, confidence } = posteriorOf(model, evidenceOf(table, t));
      const decision = decisions.get(item) ?? { item, labels: [], posterior: [], confidence: 1 };
      decision.posterior.push(posterior[1]!);
      if (said === 1) decision.labels.push(label);
      decision.confidence = Math.min(decision.confidence, confidence);
      decisions.set(item, decision);
    });
  }
  return [...decisions.values()];
}
