import { createHash } from 'node:crypto';
import { accuracyAgainst, type DecidedLabel } from './accuracy';
import { adjudicationOf } from './adjudication-report';
import { type Answers } from './answer-file';
import { type Client } from './client';
import { goldItems } from './gold-import';
import { type Accounting, type AgreementReport, type Intake, type Report, type WorkerReport } from './report';
import { READERS } from './settle';

/** One item of `GET /v1/consensus/{project}`. */
export interface DecidedItem {
  item: string;
  decisions: {
    question: string;
    label?: string;
    posterior: number;
    confidence: number;
    state: string;
    labels: number;
    epoch: number;
  }[];
}

/**
 * Asks a running Assay for everything that a report says.
 * @param truth answer key to compare with; it stays here.
 */
export async function collectReport(client: Client, project: string, truth?: Answers): Promise<Report> {
  const intake = await client.get<{ annotations: Intake }>(`/v1/projects/${project}/intake`);
  const { received, accepted, duplicate, rejected } = intake.annotations;
  const accounting: Record<string, Accounting> = {};
  for (const service of READERS) {
    const answer = await client.get<{ accounting: Accounting }>(`/v1/ops/${service}/accounting?project=${project}`);
    const { applied, superseded, deadLettered, pending } = answer.accounting;
    accounting[service] = { accepted: answer.accounting.accepted, applied, superseded, deadLettered, pending };
  }
  const summary = await client.get<{ epoch: number; items: Report['items'] }>(`/v1/ops/consensus/summary/${project}`);
  const { total, open, reached, disputed, adjudicated, unresolvable } = summary.items;
  const { agreement } = await client.get<{ agreement: Record<string, AgreementReport> }>(
    `/v1/agreement/${project}?pairwise=true`,
  );
  const accuracy =
    truth && accuracyAgainst(truth, await decidedLabels(client, project), await goldItems(client, project));
  const adjudication = await adjudicationOf(client, project, truth);
  return {
    project,
    annotations: { received, accepted, duplicate, rejected },
    accounting,
    items: { total, open, reached, disputed, adjudicated, unresolvable },
    agreement,
    ...(accuracy && { accuracy }),
    ...(adjudication && { adjudication }),
    workers: await workersOf(client, project),
    epoch: summary.epoch,
    digest: await digestOf(client, project),
  };
}

/** One worker of `GET /v1/workers/{project}`. */
export interface ScoredWorker {
  worker: string;
  externalId: string | null;
  tier: string;
  questions: {
    question: string;
    labels: number;
    accuracy: number;
    low: number;
    high: number;
    goldChecks: number;
    spammerScore: number | null;
  }[];
  findings: { kind: string; question: string; statistic: number; threshold: number; evidence: unknown }[];
}

/** Every worker by the name that its source gives it, once for each question. */
async function workersOf(client: Client, project: string): Promise<WorkerReport[]> {
  const reports: WorkerReport[] = [];
  for await (const one of client.pages<ScoredWorker>(`/v1/workers/${project}?limit=1000`, 'workers')) {
    const worker = one.externalId ?? one.worker;
    for (const { question, ...scores } of one.questions) {
      const findings = one.findings
        .filter((finding) => finding.question === question)
        .map(({ kind, statistic, threshold, evidence }) => ({ kind, statistic, threshold, evidence }));
      reports.push({ worker, question, tier: one.tier, ...scores, findings });
    }
  }
  return reports.sort((a, b) => byText(a.worker, b.worker) || byText(a.question, b.question));
}

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Every item of a project, in the order of names. */
export async function* decidedItems(client: Client, project: string): AsyncGenerator<DecidedItem> {
  yield* client.pages<DecidedItem>(`/v1/consensus/${project}?limit=1000`, 'items');
}

async function decidedLabels(client: Client, project: string): Promise<DecidedLabel[]> {
  const labels: DecidedLabel[] = [];
  for await (const { item, decisions } of decidedItems(client, project)) {
    for (const { question, label } of decisions) labels.push({ item, question, label });
  }
  return labels;
}

/** Services whose state is a function of the set of events alone: assignment depends on clocks. */
const DIGESTED = READERS.filter((service) => service !== 'assignment');

/** The digest over what these services say of a project. */
async function digestOf(client: Client, project: string): Promise<string> {
  const hash = createHash('sha256');
  for (const service of DIGESTED) {
    const { digest } = await client.get<{ digest: string }>(`/v1/ops/${service}/digest/${project}`);
    hash.update(`${service} ${digest}\n`);
  }
  return `sha256:${hash.digest('hex')}`;
}
