import { listSettings, readSettings } from '@assay/platform/config/settings';
import { workerId } from '@assay/platform/worker-id';
import { CliError, EXIT } from './cli-error';
import { type Client } from './client';
import { connect, type Context, runningServices } from './context';
import { type Accounting } from './report';
import { READERS } from './settle';

interface Cut {
  topic: string;
  partition: number;
  sequence: number;
  records: number;
  resent: number;
  unnumbered: number;
  lost: number;
  skipped: number;
  received: number;
}

interface ServiceAccounting {
  accounting: Accounting & { duplicate: number };
  cuts: Cut[];
  published: { topic: string; partition: number; sequence: number }[];
  outboxPending: number;
}

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

/** One thing that `audit verify` looked at. */
interface Check {
  check: string;
  expected: number;
  found: number;
}

/**
 * `assay audit verify`: whether every event is accounted for, at the cut: what ingestion had published in each partition by the event that
 * a service read last, against what the service says became of it. Holds at every moment, also under load.
 * @throws CliError 6 where something does not balance.
 */
export async function auditVerifyCommand(context: Context): Promise<void> {
  const client = connect(context);
  const checks: Check[] = [];
  for (const service of READERS) checks.push(...(await checksOf(client, service)));
  const failed = checks.filter((one) => one.expected !== one.found);
  if (context.output.format === 'table') {
    for (const { check, expected, found } of failed) context.output.warn(`${check}: ${found}; expected ${expected}`);
    if (failed.length === 0) context.output.line(`${context.output.good('balanced')}: ${checks.length} checks`);
  } else {
    context.output.json({ balanced: failed.length === 0, checks });
  }
  if (failed.length > 0) throw new CliError(EXIT.badData, `${failed.length} of ${checks.length} checks do not balance`);
}

async function checksOf(client: Client, service: string): Promise<Check[]> {
  const { accounting, cuts } = await client.get<ServiceAccounting>(`/v1/ops/${service}/accounting`);
  // Asked for after the cut: what ingestion has published since can only be more.
  const { published } = await client.get<ServiceAccounting>('/v1/ops/ingestion/accounting');
  const { accepted, applied, superseded, deadLettered, pending } = accounting;
  const checks: Check[] = [
    {
      check: `${service}: accepted = applied + superseded + dead-lettered + pending`,
      expected: accepted,
      found: applied + superseded + deadLettered + pending,
    },
  ];
  for (const cut of cuts) {
    const place = `${service} at ${cut.topic}/${cut.partition}`;
    const ofIngestion = published.find((one) => one.topic === cut.topic && one.partition === cut.partition);
    checks.push(
      { check: `${place}: records lost`, expected: 0, found: cut.lost },
      {
        check: `${place}: records = sequence - lost - skipped + resent + unnumbered`,
        expected: cut.sequence - cut.lost - cut.skipped + cut.resent + cut.unnumbered,
        found: cut.records,
      },
      { check: `${place}: events accounted for`, expected: cut.records, found: cut.received },
    );
    if (ofIngestion) {
      checks.push({
        check: `${place}: read no more than was published`,
        expected: 0,
        found: Math.max(0, cut.sequence - ofIngestion.sequence),
      });
    }
  }
  return checks;
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
    output.bold(`${project} / ${item}`) +
      output.dim(`   ${state}, version ${version}, policy revision ${policyRevision}`),
  );
  for (const { question, posterior, annotations } of provenance.questions) {
    const decision = provenance.decisions.find((one) => one.question === question);
    const sure = decision
      ? `${decision.state}, confidence ${decision.confidence.toFixed(4)}, epoch ${decision.epoch}`
      : state;
    output.line();
    output.line(`${question}: ${decision?.label ?? 'no label'} (${sure})`);
    for (const [label, probability] of Object.entries(posterior))
      output.line(output.dim(`  ${probability.toFixed(4)}  ${label}`));
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
