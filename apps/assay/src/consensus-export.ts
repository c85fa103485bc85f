import { writeFile } from 'node:fs/promises';
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

/** Writes the decisions of a project as CSV. */
export async function writeConsensus(client: Client, project: string, path: string): Promise<void> {
  await writeFile(path, csvOf(CONSENSUS_COLUMNS, await consensusRows(client, project)));
}
