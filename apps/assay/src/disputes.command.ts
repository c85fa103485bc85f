import { CliError, EXIT } from './cli-error';
import { connect, type Context } from './context';
import { type Column } from './output';

export interface DecideOptions {
  label?: string;
  unresolvable?: boolean;
  reason: string;
  note?: string;
}

/** An entry of `GET /v1/disputes/{project}`. */
export interface QueuedDispute {
  dispute: string;
  question: string;
  raisedAt: string;
  deadline: string;
  status: string;
}

/** What a claim shows. */
export interface ClaimedDispute {
  dispute: string;
  item: string;
  data: Record<string, unknown>;
  question: { name: string; labels: string[]; ask: string };
  candidates: { letter: string; label: string }[];
  deadline: string;
  claimedUntil: string;
}

const COLUMNS: readonly Column<QueuedDispute>[] = (
  ['dispute', 'question', 'status', 'raisedAt', 'deadline'] as const
).map((heading) => ({ heading, value: (row) => row[heading] }));

/** `assay disputes list PROJECT`. */
export async function listDisputesCommand(context: Context, project: string): Promise<void> {
  const client = connect(context);
  const rows: QueuedDispute[] = [];
  for await (const row of client.pages<QueuedDispute>(`/v1/disputes/${project}?limit=1000`, 'disputes')) rows.push(row);
  context.output.rows(COLUMNS, rows);
}

/** `assay disputes claim PROJECT ID`: takes a dispute and shows it. */
export async function claimDisputeCommand(context: Context, project: string, id: string): Promise<void> {
  const { output } = context;
  const claimed = await connect(context).write<ClaimedDispute>('POST', pathOf(project, id, 'claim'));
  if (output.format !== 'table') return output.json(claimed);
  const { item, data, question, candidates, claimedUntil } = claimed;
  output.line(output.bold(`${project} / ${item}`) + output.dim(`   yours until ${claimedUntil}`));
  for (const [name, value] of Object.entries(data))
    output.line(`${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`);
  output.line();
  output.line(`${question.name}: ${question.ask}`);
  for (const { letter, label } of candidates) output.line(`  ${letter}  ${label}`);
  const others = question.labels.filter((label) => !candidates.some((candidate) => candidate.label === label));
  if (others.length > 0) output.line(output.dim(`  nobody said: ${others.join(', ')}`));
}

/** `assay disputes release PROJECT ID`. */
export async function releaseDisputeCommand(context: Context, project: string, id: string): Promise<void> {
  await connect(context).write('POST', pathOf(project, id, 'release'));
  context.output.say(`${id} is open again`);
}

/** `assay disputes decide PROJECT ID`. */
export async function decideDisputeCommand(
  context: Context,
  project: string,
  id: string,
  { label, unresolvable = false, reason, note }: DecideOptions,
): Promise<void> {
  if (unresolvable === (label !== undefined))
    throw new CliError(EXIT.usage, '--label and --unresolvable: expected one of them');
  const verdict = label === undefined ? { unresolvable } : { label };
  await connect(context).write('POST', pathOf(project, id, 'decision'), { ...verdict, reason, note });
  context.output.say(`${id} is ${label === undefined ? 'unresolvable' : `decided: ${label}`}`);
}

function pathOf(project: string, id: string, verb: string): string {
  return `/v1/disputes/${project}/${encodeURIComponent(id)}/${verb}`;
}
