import { epochZero } from '@assay/statistics/aggregation/epoch-zero';
import { evidenceOf, posteriorOf } from '@assay/statistics/aggregation/posterior';
import { type PublishedModel } from '@assay/statistics/aggregation/published-model';
import { type LabelTable } from '@assay/statistics/aggregation/label-table';
import { type Context } from './context';
import { readTables, type TableOptions } from './label-tables';
import { type Column } from './output';

/**
 * Methods of `aggregate`, by name. `pipeline` is the very model that the pipeline settles to: epoch 0, a uniform prior and one pooled
 * worker, until reliabilities are fitted.
 */
export const AGGREGATION_METHODS: Readonly<Record<string, (table: LabelTable) => PublishedModel>> = {
  pipeline: (table) => epochZero(table.labels.length),
};

interface AggregateRow {
  task: string;
  question: string;
  label: string;
  posterior: number;
  confidence: number;
}

const COLUMNS: readonly Column<AggregateRow>[] = (
  ['task', 'question', 'label', 'posterior', 'confidence'] as const
).map((heading) => ({
  heading,
  value: (row) => row[heading],
}));

/** `assay aggregate FILE`: the label of every item, without a server. */
export async function aggregateCommand(
  context: Context,
  path: string,
  options: TableOptions & { method: string },
): Promise<void> {
  const rows: AggregateRow[] = [];
  for (const { question, table } of await readTables(context, path, options)) {
    const model = AGGREGATION_METHODS[options.method]!(table);
    table.items.forEach((task, t) => {
      const { posterior, label, confidence } = posteriorOf(model, evidenceOf(table, t));
      const name = question.labels[label] ?? '';
      rows.push({ task, question: question.name, label: name, posterior: posterior[label] ?? 0, confidence });
    });
  }
  context.output.rows(COLUMNS, rows);
}
