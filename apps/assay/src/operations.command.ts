import { listSettings, readSettings } from '@assay/platform/config/settings';
import { workerId } from '@assay/platform/worker-id';
import { type Check, checksOf, type ServiceAccounting } from './audit';
import { CliError, EXIT } from './cli-error';
import { type Client } from './client';
import { connect, type Context, runningServices } from './context';
import { visible } from './output';
import { READERS } from './settle';

/** `assay status`: is it alive, and does it keep up. */
export async function statusCommand(context: Context): Promise<void> {
  const client = connect(context);
  const rows: {
    service: string;
    status: string;
    lag: number;
    outbox: number;
    pending: number;
    deadLettered: number;
  }[] = [];
  for (const service of ['ingestion', ...READERS]) {
    const { outboxPending, accounting } = await client.get<ServiceAccounting>(`/v1/ops/${service}/accounting`);
    const { offsets } = await client.get<{ offsets: { lag: number }[] }>(`/v1/ops/${service}/offsets`);
    const lag = offsets.reduce((sum, one) => sum + one.lag, 0);
    rows.push({
      service,
      status: 'up',
      lag,
      outbox: outboxPending,
      pending: accounting.pending,
      deadLettered: accounting.deadLettered,
    });
  }
  const columns = (['service', 'status', 'lag', 'outbox', 'pending', 'deadLettered'] as const).map((heading) => ({
    heading,
    value: (row: (typeof rows)[number]) => row[heading],
  }));
  context.output.rows(columns, rows);
}

/** `assay doctor`: every setting, and whether what is needed is there. */
export async function doctorCommand(context: Context): Promise<void> {
  const settings = listSettings(readSettings());
  const columns = (['name', 'value', 'default', 'meaning'] as const).map((heading) => ({
    heading,
    value: (row: (typeof settings)[number]) => row[heading],
  }));
  context.output.rows(columns, settings);
  const server = context.server ?? runningServices(context.dataDir)[0]?.url;
  if (server) await connect(context).get(`/v1/ops/consensus/offsets`);
  context.output.say(
    server ? `Assay at ${server} answers` : `no Assay is running on ${context.dataDir}: \`assay up\` starts one`,
  );
}

/**
 * `assay audit verify`: whether every event is accounted for, at the cut (`checksOf`). Holds at every moment, also under load.
 * @throws CliError 6 where something does not balance, or cannot be verified because a service is older than this command.
 */
export async function auditVerifyCommand(context: Context): Promise<void> {
  const client = connect(context);
  const checks: Check[] = [];
  for (const service of READERS) {
    const accounting = await client.get<ServiceAccounting>(`/v1/ops/${service}/accounting`);
    // Asked for after the cut: what ingestion has published since can only be more.
    const { published } = await client.get<ServiceAccounting>('/v1/ops/ingestion/accounting');
    checks.push(...checksOf(service, accounting, published));
  }
  const failed = checks.filter((one) => one.type === 'made' && one.expected !== one.found);
  const unmade = checks.filter((one) => one.type === 'unmade');
  const isBalanced = failed.length + unmade.length === 0;
  if (context.output.format === 'table') {
    for (const one of [...failed, ...unmade]) context.output.warn(wordsOf(one));
    if (isBalanced) context.output.line(`${context.output.good('balanced')}: ${checks.length} checks`);
  } else {
    context.output.json({ balanced: isBalanced, checks });
  }
  if (failed.length > 0) throw new CliError(EXIT.badData, `${failed.length} of ${checks.length} checks do not balance`);
  if (unmade.length > 0) {
    const words = `${unmade.length} of ${checks.length} checks could not be made, the others balance`;
    throw new CliError(
      EXIT.badData,
      `${words}: services that are older than this command are verified by one of their version`,
    );
  }
}

function wordsOf(check: Check): string {
  switch (check.type) {
    case 'made':
      return `${check.check}: ${check.found}; expected ${check.expected}`;
    case 'unmade':
      return `${check.check}: the service does not tell ${check.untold.join(', ')}`;
    default:
      return assertNever(check);
  }
}

/** `assay trace PROJECT ITEM`: everything that happened to one item, and why; workers by the names that their sources gave them. */
export async function traceCommand(context: Context, project: string, item: string): Promise<void> {
  const client = connect(context);
  const provenance = await client.get<Provenance>(`/v1/consensus/${project}/${encodeURIComponent(item)}`);
  const names = await workerNames(client, project, item);
  for (const { annotations } of provenance.questions) {
    for (const annotation of annotations) annotation.worker = names.get(annotation.worker) ?? annotation.worker;
  }
  const { output } = context;
  if (output.format !== 'table') return output.json(provenance);
  const { state, version, policyRevision } = provenance;
  output.line(
    output.bold(`${project} / ${visible(item)}`) +
      output.dim(`   ${state}, version ${version}, policy revision ${policyRevision}`),
  );
  for (const { question, posterior, annotations } of provenance.questions) {
    const decision = provenance.decisions.find((one) => one.question === question);
    const sure = decision
      ? `${decision.state}, confidence ${decision.confidence.toFixed(4)}, epoch ${decision.epoch}`
      : state;
    output.line();
    output.line(`${question}: ${visible(decision?.label ?? 'no label')} (${sure})`);
    for (const [label, probability] of Object.entries(posterior))
      output.line(output.dim(`  ${probability.toFixed(4)}  ${visible(label)}`));
    const columns = (['worker', 'label', 'occasion', 'revision', 'occurredAt', 'order', 'why'] as const).map(
      (heading) => ({
        heading,
        value: (row: Provenance['questions'][number]['annotations'][number]) => row[heading],
      }),
    );
    output.rows(columns, annotations);
  }
}

/** Names of the workers of an item, by their ids. */
async function workerNames(client: Client, project: string, item: string): Promise<Map<string, string>> {
  const names = new Map<string, string>();
  for await (const line of client.pagedLines(`/v1/annotations/${project}?item=${encodeURIComponent(item)}`)) {
    const { source, worker } = JSON.parse(line) as { source: string; worker: string };
    names.set(workerId(source, worker), worker);
  }
  return names;
}

interface Provenance {
  state: string;
  version: number;
  policyRevision: number;
  decisions: { question: string; label?: string; state: string; confidence: number; epoch: number }[];
  questions: {
    question: string;
    posterior: Record<string, number>;
    annotations: {
      worker: string;
      label: string | null;
      occasion: number;
      revision: number;
      occurredAt: string | null;
      order: number;
      why: string;
    }[];
  }[];
}

/** `assay rebuild [PROJECT]`: publishes everything again from the system of record, and waits until it is done. */
export async function rebuildCommand(context: Context, project: string | undefined): Promise<void> {
  const client = connect(context);
  const asked = await client.write<Rebuild>('POST', '/v1/ops/ingestion/rebuild', project ? { project } : {});
  for (let rebuild = asked; ; rebuild = await client.get<Rebuild>(`/v1/ops/ingestion/rebuild/${asked.id}`)) {
    if (rebuild.stage === 'finished') {
      context.output.endProgress();
      context.output.line(`${rebuild.published.toLocaleString('en-US')} events published again`);
      return;
    }
    context.output.progress(`${rebuild.published.toLocaleString('en-US')} events published, now ${rebuild.stage}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

interface Rebuild {
  id: string;
  stage: string;
  published: number;
}

function assertNever(check: never): never {
  throw new Error(`unknown check ${JSON.stringify(check)}`);
}
