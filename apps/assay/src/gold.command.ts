import { readAnswers } from './answer-file';
import { connect, type Context } from './context';
import { importGold } from './gold-import';
import { type Column } from './output';
import { DEFAULT_QUESTION } from './project-of-labels';

/** One item of `GET /v1/gold/{project}`. */
interface GoldRow {
  item: string;
  state: string;
  accepted: { question: string; labels: string[] }[];
  exposures: number;
  checks: number;
  right: number;
  isSuspect: boolean;
}

const COLUMNS: readonly Column<GoldRow>[] = [
  { heading: 'item', value: (row) => row.item },
  { heading: 'state', value: (row) => row.state },
  {
    heading: 'accepted',
    value: (row) => row.accepted.map(({ question, labels }) => `${question}: ${labels.join(' | ')}`).join('; '),
  },
  { heading: 'exposures', value: (row) => row.exposures },
  { heading: 'checks', value: (row) => row.checks },
  { heading: 'right', value: (row) => row.right },
  { heading: 'suspect', value: (row) => (row.isSuspect ? 'yes' : '') },
];

/** `assay gold import FILE --project P`: makes items gold, or corrects their labels. */
export async function goldImportCommand(context: Context, path: string, project: string): Promise<void> {
  const client = connect(context);
  const counts = await importGold(client, project, await readAnswers(path, await questionOf(client, project)));
  if (context.output.format !== 'table') return context.output.json({ project, ...counts });
  const { activated, corrected, unchanged } = counts;
  context.output.line(`${activated} activated, ${corrected} corrected, ${unchanged} unchanged`);
}

/** `assay gold list PROJECT`. */
export async function goldListCommand(context: Context, project: string): Promise<void> {
  const rows: GoldRow[] = [];
  for await (const row of connect(context).pages<GoldRow>(`/v1/gold/${project}?limit=1000`, 'gold')) rows.push(row);
  context.output.rows(COLUMNS, rows);
}

/** `assay gold retire PROJECT ITEM...`. */
export async function goldRetireCommand(context: Context, project: string, items: readonly string[]): Promise<void> {
  const client = connect(context);
  for (const item of items) await client.write('DELETE', `/v1/gold/${project}/${encodeURIComponent(item)}`);
  context.output.line(`${items.length} retired`);
}

/** `assay gold rotate PROJECT --over N`: retires what was shown more than so often, before it is known by heart. */
export async function goldRotateCommand(
  context: Context,
  project: string,
  options: { over: number; dryRun?: boolean },
): Promise<void> {
  const rows: GoldRow[] = [];
  for await (const row of connect(context).pages<GoldRow>(`/v1/gold/${project}?limit=1000`, 'gold')) {
    if (row.state === 'active' && row.exposures > options.over) rows.push(row);
  }
  if (options.dryRun) return context.output.rows(COLUMNS, rows);
  await goldRetireCommand(
    context,
    project,
    rows.map((row) => row.item),
  );
}

/** The question of a row that names none: the project's only one. */
async function questionOf(client: ReturnType<typeof connect>, project: string): Promise<string> {
  const { questions } = await client.get<{ questions: { name: string }[] }>(`/v1/projects/${project}`);
  return questions.length === 1 ? questions[0]!.name : DEFAULT_QUESTION;
}
