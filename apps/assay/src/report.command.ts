import { readAnswers } from './answer-file';
import { type Client } from './client';
import { collectReport } from './collect-report';
import { CONSENSUS_COLUMNS, consensusRows } from './consensus-export';
import { connect, type Context } from './context';
import { type Column } from './output';
import { DEFAULT_QUESTION } from './project-of-labels';
import { printReplay } from './replay.command';
import { READERS } from './settle';

/** `assay report PROJECT`. */
export async function reportCommand(context: Context, project: string, options: { truth?: string }): Promise<void> {
  const client = connect(context);
  const truth = options.truth ? await readAnswers(options.truth, DEFAULT_QUESTION) : undefined;
  printReplay(context, await collectReport(client, project, truth));
}

/** `assay export PROJECT`. */
export async function exportCommand(
  context: Context,
  project: string,
  options: { what: ExportSubject },
): Promise<void> {
  const client = connect(context);
  if (options.what === 'consensus') {
    context.output.rows(CONSENSUS_COLUMNS, await consensusRows(client, project));
    return;
  }
  if (options.what === 'audit') {
    context.output.rows(AUDIT_COLUMNS, await auditRows(client));
    return;
  }
  for await (const line of client.pagedLines(`/v1/annotations/${project}?limit=1000`)) context.output.line(line);
}

/** What can be exported; the audit is that of the whole installation, as keys and dead letters belong to no project. */
export type ExportSubject = 'consensus' | 'annotations' | 'audit';

/** Something that an operator or lead did. */
interface AuditRow {
  service: string;
  id: number;
  recordedAt: string;
  actor: string;
  role: string;
  action: string;
  subject: string;
  hash: string;
}

const AUDIT_COLUMNS: readonly Column<AuditRow>[] = (
  ['service', 'id', 'recordedAt', 'actor', 'role', 'action', 'subject', 'hash'] as const
).map((heading) => ({ heading, value: (row) => row[heading] }));

async function auditRows(client: Client): Promise<AuditRow[]> {
  const rows: AuditRow[] = [];
  for (const service of ['ingestion', ...READERS]) {
    for await (const row of client.pages<Omit<AuditRow, 'service'>>(`/v1/ops/${service}/audit?limit=1000`, 'rows')) {
      rows.push({ service, ...row });
    }
  }
  return rows;
}
