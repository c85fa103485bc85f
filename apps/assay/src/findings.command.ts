import { connect, type Context } from './context';
import { type Column } from './output';
import { type ScoredWorker } from './collect-report';

/** One finding of `GET /v1/findings/{project}`. */
interface FindingRow {
  finding: string;
  worker: string;
  question: string;
  kind: string;
  isRaised: boolean;
  statistic: number;
  threshold: number;
  accuracy: number;
  low: number;
  high: number;
  evidence: Record<string, unknown>;
  epoch: number;
  policyRevision: number;
  appeal?: string;
}

/** `assay findings list PROJECT`: what stands against workers, by their names. */
export async function findingsListCommand(
  context: Context,
  project: string,
  options: { all?: boolean },
): Promise<void> {
  const client = connect(context);
  const names = new Map<string, string>();
  for await (const one of client.pages<ScoredWorker>(`/v1/workers/${project}?limit=1000`, 'workers'))
    names.set(one.worker, one.externalId ?? one.worker);
  const rows: FindingRow[] = [];
  const query = options.all ? '' : '&raised=true';
  for await (const row of client.pages<FindingRow>(`/v1/findings/${project}?limit=1000${query}`, 'findings'))
    rows.push({ ...row, worker: names.get(row.worker) ?? row.worker });
  const columns: Column<FindingRow>[] = [
    { heading: 'worker', value: (row) => row.worker },
    { heading: 'question', value: (row) => row.question },
    { heading: 'kind', value: (row) => row.kind },
    { heading: 'statistic', value: (row) => row.statistic, digits: 4 },
    { heading: 'threshold', value: (row) => row.threshold, digits: 4 },
    { heading: 'accuracy', value: (row) => row.accuracy, digits: 3 },
    { heading: 'low', value: (row) => row.low, digits: 3 },
    { heading: 'high', value: (row) => row.high, digits: 3 },
    { heading: 'epoch', value: (row) => row.epoch },
    { heading: 'stands', value: (row) => (row.isRaised ? 'yes' : 'no') },
    { heading: 'appeal', value: (row) => row.appeal ?? '' },
    { heading: 'finding', value: (row) => row.finding },
  ];
  context.output.rows(columns, rows);
}

/** `assay findings show PROJECT FINDING`: everything that a finding rests on. */
export async function findingsShowCommand(context: Context, project: string, finding: string): Promise<void> {
  const { output } = context;
  const found = await connect(context).get<FindingRow & { version: number; grounds?: string }>(
    `/v1/findings/${project}/${encodeURIComponent(finding)}`,
  );
  if (output.format !== 'table') return output.json(found);
  for (const [name, value] of Object.entries(found))
    output.line(`${name.padEnd(15)} ${typeof value === 'object' ? JSON.stringify(value) : String(value)}`);
}

/** `assay workers PROJECT`: every worker of a running project, as the pipeline scores them. */
export async function scoredWorkersCommand(context: Context, project: string): Promise<void> {
  const rows: (ScoredWorker['questions'][number] & { worker: string; tier: string; findings: string })[] = [];
  for await (const one of connect(context).pages<ScoredWorker>(`/v1/workers/${project}?limit=1000`, 'workers')) {
    for (const scores of one.questions) {
      const findings = one.findings.filter(({ question }) => question === scores.question).map(({ kind }) => kind);
      rows.push({ worker: one.externalId ?? one.worker, tier: one.tier, ...scores, findings: findings.join('|') });
    }
  }
  rows.sort((a, b) => (a.worker < b.worker ? -1 : 1));
  const isSeveral = new Set(rows.map((row) => row.question)).size > 1;
  const columns: Column<(typeof rows)[number]>[] = [
    { heading: 'worker', value: (row) => row.worker },
    ...(isSeveral ? [{ heading: 'question', value: (row: (typeof rows)[number]) => row.question }] : []),
    { heading: 'labels', value: (row) => row.labels },
    { heading: 'accuracy', value: (row) => row.accuracy, digits: 3 },
    { heading: 'low', value: (row) => row.low, digits: 3 },
    { heading: 'high', value: (row) => row.high, digits: 3 },
    { heading: 'spammerScore', value: (row) => row.spammerScore, digits: 3 },
    { heading: 'findings', value: (row) => row.findings },
    { heading: 'goldChecks', value: (row) => row.goldChecks },
    { heading: 'tier', value: (row) => row.tier },
  ];
  context.output.rows(columns, rows);
}
