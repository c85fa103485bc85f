import { setTimeout as sleep } from 'node:timers/promises';
import { type Answers } from './answer-file';
import { CliError, EXIT } from './cli-error';
import { type Client } from './client';

/** Items a request. */
const BATCH = 1000;

/** How long a project that was just made may take to be known everywhere. */
const PATIENCE_MS = 30_000;

interface GoldOutcome {
  item: string;
  status: 'activated' | 'corrected' | 'unchanged' | 'rejected';
  errors?: { path: string; value?: unknown; expected: string }[];
}

/** How many items each outcome had. */
export interface ImportedGold {
  activated: number;
  corrected: number;
  unchanged: number;
}

/**
 * Makes the items of a file of known labels gold; rows of one item are alternatives.
 * @throws CliError 6 where a label or question is none of the project's, naming the first ten: the others are gold all the same.
 */
export async function importGold(client: Client, project: string, gold: Answers): Promise<ImportedGold> {
  await untilKnown(client, project);
  const counts = { activated: 0, corrected: 0, unchanged: 0 };
  const rejected: string[] = [];
  const rows = [...gold].map(([item, questions]) =>
    [...questions].map(([question, labels]) => ({ item, question, labels: [...labels] })),
  );
  for (let start = 0; start < rows.length; start += BATCH) {
    const lines = rows.slice(start, start + BATCH).flat();
    const { outcomes } = await client.writeLines<{ outcomes: GoldOutcome[] }>(`/v1/gold/${project}`, lines);
    for (const { item, status, errors = [] } of outcomes) {
      if (status !== 'rejected') counts[status]++;
      else
        rejected.push(
          ...errors.map(
            (one) =>
              `${item}: ${one.path} ${one.value === undefined ? 'missing' : JSON.stringify(one.value)}; expected ${one.expected}`,
          ),
        );
    }
  }
  if (rejected.length > 0) {
    const more = rejected.length > 10 ? `\n... and ${rejected.length - 10} more` : '';
    throw new CliError(EXIT.badData, `gold: ${rejected.slice(0, 10).join('\n')}${more}`);
  }
  return counts;
}

/** What the gold service knows of a project it has by events. */
async function untilKnown(client: Client, project: string): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  while ((await client.find(`/v1/gold/${project}?limit=1`)) === undefined) {
    if (performance.now() > end) throw new CliError(EXIT.notFound, `project "${project}": expected one that exists`);
    await sleep(50);
  }
}

/** Names of the active gold items of a project. */
export async function goldItems(client: Client, project: string): Promise<Set<string>> {
  const items = new Set<string>();
  for await (const { item, state } of client.pages<{ item: string; state: string }>(
    `/v1/gold/${project}?limit=1000`,
    'gold',
  )) {
    if (state === 'active') items.add(item);
  }
  return items;
}
