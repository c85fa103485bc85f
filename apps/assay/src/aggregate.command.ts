import { METHODS } from '@assay/statistics/aggregation/methods';
import { CliError, EXIT } from './cli-error';
import { type Context } from './context';
import { readTables, type TableOptions } from './label-tables';
import { type Column } from './output';

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
 * `assay aggregate FILE`: the label of every item, without a server. The default, `auto`, is what the pipeline settles to.
 * @throws CliError 2 on a method that there is not.
 */
export async function aggregateCommand(
  context: Context,
  path: string,
  options: TableOptions & { method: string },
): Promise<void> {
  const method = METHODS[options.method];
  if (!method) {
    const known = Object.keys(METHODS).join(', ');
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
