import { access, constants, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CliError, EXIT } from './cli-error';
import { type Client } from './client';
import { decidedItems } from './collect-report';
import { type Column, csvOf } from './output';

/** A row of `export --what consensus`. */
interface ConsensusRow {
  task: string;
  question: string;
  label: string;
  posterior: number;
  confidence: number;
  state: string;
  labels: number;
  epoch: number;
}

export const CONSENSUS_COLUMNS: readonly Column<ConsensusRow>[] = (
  ['task', 'question', 'label', 'posterior', 'confidence', 'state', 'labels', 'epoch'] as const
).map((heading) => ({
  heading,
  value: (row) => row[heading],
  ...(heading === 'posterior' || heading === 'confidence' ? { digits: 4 } : {}),
}));

/** Every decision of a project, a row a question. */
export async function consensusRows(client: Client, project: string): Promise<ConsensusRow[]> {
  const rows: ConsensusRow[] = [];
  for await (const { item, decisions } of decidedItems(client, project)) {
    for (const { question, label, posterior, confidence, state, labels, epoch } of decisions) {
      rows.push({ task: item, question, label: label ?? '', posterior, confidence, state, labels, epoch });
    }
  }
  return rows;
}

/** Checks that a file can be written, before what is to be written is made. @throws CliError 3 where the folder is not there, 1 where it cannot. */
export async function checkWritable(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory()) throw new CliError(EXIT.failure, `${path}: expected a file, not a folder`);
  await access(found ? path : dirname(path), constants.W_OK).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') throw new CliError(EXIT.notFound, `${path}: no such folder`, { cause: error });
    throw new CliError(EXIT.failure, `${path}: ${error.message}`, { cause: error });
  });
}

/** Writes the decisions of a project as CSV. */
export async function writeConsensus(client: Client, project: string, path: string): Promise<void> {
  await writeFile(path, csvOf(CONSENSUS_COLUMNS, await consensusRows(client, project)));
}
