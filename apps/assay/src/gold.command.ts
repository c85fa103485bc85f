import { readAnswers } from './answer-file';
import { CliError, EXIT } from './cli-error';
import { type Client } from './client';
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

const RETIRED: readonly Column<string>[] = [{ heading: 'item', value: (item) => item }];

/** `assay gold import FILE --project P`: makes items gold, or corrects their labels. */
export async function goldImportCommand(context: Context, path: string, project: string): Promise<void> {
  const client = connect(context);
  const counts = await importGold(client, project, await readAnswers(path, await questionOf(client, project)));
  if (context.output.format !== 'table') return context.output.json({ project, ...counts });
  const { activated, corrected, unchanged } = counts;
  context.output.line(`${activated} activated, ${corrected} corrected, ${unchanged} unchanged`);
}

/** `assay gold list PROJECT [--suspect]`. */
export async function goldListCommand(
  context: Context,
  project: string,
  options: { suspect?: boolean },
): Promise<void> {
  const rows = await goldRows(connect(context), project, (row) => !options.suspect || row.isSuspect);
  context.output.rows(COLUMNS, rows);
}

/**
 * `assay gold retire PROJECT ITEM...`.
 * @throws CliError 3 naming the items that are not gold: the others are retired all the same.
 */
export async function goldRetireCommand(context: Context, project: string, items: readonly string[]): Promise<void> {
  const client = connect(context);
  const [retired, missing]: [string[], string[]] = [[], []];
  for (const item of items) {
    try {
      await client.write('DELETE', `/v1/gold/${project}/${encodeURIComponent(item)}`);
      retired.push(item);
    } catch (error) {
      if (!(error instanceof CliError) || error.exitCode !== EXIT.notFound) throw error;
      missing.push(item);
    }
  }
  if (context.output.format === 'table') context.output.line(`${retired.length} retired`);
  else context.output.rows(RETIRED, retired);
  const names = missing.map((item) => `"${item}"`).join(', ');
  if (missing.length > 0)
    throw new CliError(EXIT.notFound, `gold ${names} of project "${project}": expected items that are gold`);
}

/** `assay gold rotate PROJECT --over N`: retires what was shown more than so often, before it is known by heart. */
export async function goldRotateCommand(
  context: Context,
  project: string,
  options: { over: number; dryRun?: boolean },
): Promise<void> {
  const isDue = (row: GoldRow) => row.state === 'active' && row.exposures > options.over;
  const rows = await goldRows(connect(context), project, isDue);
  if (options.dryRun) return context.output.rows(COLUMNS, rows);
  const items = rows.map((row) => row.item);
  await goldRetireCommand(context, project, items);
}

async function goldRows(client: Client, project: string, isWanted: (row: GoldRow) => boolean): Promise<GoldRow[]> {
  const rows: GoldRow[] = [];
  for await (const row of client.pages<GoldRow>(`/v1/gold/${project}?limit=1000`, 'gold')) {
    if (isWanted(row)) rows.push(row);
  }
  return rows;
}

/** The question of a row that names none: the project's only one. */
async function questionOf(client: Client, project: string): Promise<string> {
  const { questions } = await client.get<{ questions: { name: string }[] }>(`/v1/projects/${project}`);
  return questions.length === 1 ? questions[0]!.name : DEFAULT_QUESTION;
}
