import { type Answers } from './answer-file';
import { type Client } from './client';
import { type Output } from './output';

/** What experts changed. */
export interface AdjudicationReport {
  /** Disputes that wait for an expert, or that one has in hand. */
  open: number;
  decided: number;
  unresolvable: number;
  /** Settled by evidence or policy before an expert took them. */
  withdrawn: number;
  /** Decided with another label than the one that workers and model believed. */
  changed: number;
  /** Of the decided ones whose true label is known: how many labels were right before and after. Only with an answer key. */
  correct?: { of: number; before: number; after: number };
}

interface Ended {
  item: string;
  question: string;
  status: 'decided' | 'unresolvable' | 'withdrawn';
  believed: string | null;
  label: string | null;
}

/** Asks what became of the disputes of a project; undefined where there never was one. */
export async function adjudicationOf(
  client: Client,
  project: string,
  truth?: Answers,
): Promise<AdjudicationReport | undefined> {
  const { disputes } = await client.get<{ disputes: Record<string, number> }>(`/v1/ops/assignment/summary/${project}`);
  const { open = 0, claimed = 0, decided = 0, unresolvable = 0, withdrawn = 0 } = disputes;
  if (open + claimed + decided + unresolvable + withdrawn === 0) return undefined;
  let changed = 0;
  const correct = { of: 0, before: 0, after: 0 };
  for await (const row of client.pages<Ended>(`/v1/disputes/${project}/ended?limit=1000`, 'disputes')) {
    if (row.status !== 'decided') continue;
    if (row.label !== row.believed) changed++;
    const accepted = truth?.get(row.item)?.get(row.question);
    if (accepted === undefined) continue;
    correct.of++;
    if (row.believed !== null && accepted.has(row.believed)) correct.before++;
    if (row.label !== null && accepted.has(row.label)) correct.after++;
  }
  const counts = { open: open + claimed, decided, unresolvable, withdrawn, changed };
  return { ...counts, ...(truth && { correct }) };
}

/** Prints what experts changed. */
export function printAdjudication(report: AdjudicationReport, output: Output): void {
  const { open, decided, unresolvable, withdrawn, changed, correct } = report;
  output.line(output.bold('Adjudication'));
  output.line(`  ${decided} disputes decided by experts, ${changed} with another label than was believed`);
  if (correct && correct.of > 0)
    output.line(`  right by the answer key: ${correct.before} of ${correct.of} before, ${correct.after} after`);
  output.line(`  ${unresolvable} unresolvable, ${withdrawn} withdrawn, ${open} open`);
  output.line();
}
