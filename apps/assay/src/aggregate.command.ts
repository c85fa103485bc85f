import { epochZero } from '@assay/statistics/aggregation/epoch-zero';
import { evidenceOf, posteriorOf } from '@assay/statistics/aggregation/posterior';
import { type Method, METHODS } from '@assay/statistics/aggregation/methods';
import { CliError, EXIT } from './cli-error';
import { type Context } from './context';
import { readTables, type TableOptions } from './label-tables';
import { type Column } from './output';

/** The method whose model is the very one that the pipeline settles to. */
const PIPELINE: Method = (table) => {
  const model = epochZero(table.labels.length);
  const decided = table.items.map((_item, t) => posteriorOf(model, evidenceOf(table, t)));
  return {
    labels: Int32Array.from(decided, (one) => one.label),
    posterior: Float64Array.from(decided, (one) => one.posterior[one.label] ?? 0),
    confidence: Float64Array.from(decided, (one) => one.confidence),
    model,
  };
};

/** Methods of `aggregate` by name: `pipeline` is epoch 0, a uniform prior and one pooled worker, until reliabilities are fitted. */
export const AGGREGATION_METHODS: Readonly<Record<string, Method>> = { pipeline: PIPELINE, ...METHODS };

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

/**
 * `assay aggregate FILE`: the label of every item, without a server.
 * @throws CliError 2 on a method that there is not.
 */
export async function aggregateCommand(
  context: Context,
  path: string,
  options: TableOptions & { method: string },
): Promise<void> {
  const method = AGGREGATION_METHODS[options.method];
  if (!method) {
    const known = Object.keys(AGGREGATION_METHODS).join(', ');
    throw new CliError(EXIT.usage, `method "${options.method}": expected one of ${known}`);
  }
  const rows: AggregateRow[] = [];
  for (const { question, table } of await readTables(context, path, options)) {
    const { labels, posterior, confidence } = method(table);
    table.items.forEach((task, t) => {
      const label = question.labels[labels[t]!] ?? '';
      rows.push({ task, question: question.name, label, posterior: posterior[t]!, confidence: confidence[t]! });
    });
  }
  context.output.rows(COLUMNS, rows);
}
