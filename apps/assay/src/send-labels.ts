import { createHash } from 'node:crypto';
import { type Question } from '@assay/contracts/project/label-schema';
import { type ProjectDefinition } from '@assay/contracts/project/project-definition';
import { CliError, EXIT } from './cli-error';
import { type Client } from './client';
import { type CheckedLabels } from './checked-labels';
import { type LabelColumns, numberAt, valueAt } from './label-file';
import { type Output } from './output';
import { Progress } from './progress';
import { type Intake } from './report';

/** Annotations a request, and requests in flight: enough to keep PostgreSQL busy, little enough for even progress. */
const BATCH = 1000;
const IN_FLIGHT = 2;
/** Source of the workers of files: a worker is (source, name). */
export const FILE_SOURCE = 'file';

/** Labels of a file that were checked against a project. */
export interface SendableLabels {
  project: ProjectDefinition;
  columns: LabelColumns;
  checked: CheckedLabels;
  /** SHA-256 of the file, hex. */
  hash: string;
}

/**
 * Sends every good row of a file as an annotation. A row's event id comes from the file's content and its line, so that the same
 * file sent twice is all duplicates; the line is the order of occurrence where there is no timestamp.
 * @param options.rate annotations a second at the most.
 * @returns what became of them at the edge.
 */
export async function sendLabels(
  client: Client,
  labels: SendableLabels,
  options: { rate?: number; output: Output },
): Promise<Intake> {
  const { project, columns, checked } = labels;
  const intake: Intake = { received: 0, accepted: 0, duplicate: 0, rejected: 0 };
  const progress = new Progress(options.output, 'annotations', checked.rows);
  const inFlight = new Set<Promise<void>>();
  const started = performance.now();
  let batch: object[] = [];
  let sent = 0;

  const flush = async () => {
    const lines = batch;
    batch = [];
    if (lines.length === 0) return;
    if (inFlight.size >= IN_FLIGHT) await Promise.race(inFlight);
    const request = postLabels(client, project.project, lines, intake).then(() => progress.add(lines.length));
    const tracked = request.finally(() => inFlight.delete(tracked));
    // Awaited below; until then a refusal must not end the process.
    tracked.catch(() => undefined);
    inFlight.add(tracked);
    sent += lines.length;
    if (options.rate) await pause((1000 * sent) / options.rate - (performance.now() - started));
  };
  const size = options.rate ? Math.min(BATCH, Math.max(1, Math.floor(options.rate / 10))) : BATCH;
  for (let row = 0; row < columns.length; row++) {
    if (checked.question[row]! < 0) continue;
    batch.push(annotationOf(labels, row));
    if (batch.length >= size) await flush();
  }
  await flush();
  await Promise.all(inFlight);
  progress.end();
  return intake;
}

interface Outcome {
  status: 'accepted' | 'duplicate' | 'superseded' | 'rejected';
  errors?: { path: string; value?: unknown; expected: string }[];
}

async function postLabels(client: Client, project: string, lines: readonly object[], intake: Intake): Promise<void> {
  const answer = await client.writeLines<{ outcomes: Outcome[] }>(`/v1/annotations/${project}`, lines);
  for (const outcome of answer.outcomes) {
    intake.received++;
    if (outcome.status === 'rejected') intake.rejected++;
    else if (outcome.status === 'duplicate') intake.duplicate++;
    else intake.accepted++;
  }
}

function annotationOf({ project, columns, checked, hash }: SendableLabels, row: number): object {
  const line = columns.line[row]!;
  const occurredAt = numberAt(columns.occurredAt, row);
  return {
    id: createHash('sha256').update(`${project.project}\n${hash}\n${line}`).digest('hex').slice(0, 32),
    source: FILE_SOURCE,
    item: valueAt(columns.item, row),
    worker: valueAt(columns.worker, row),
    labels: { [project.questions[checked.question[row]!]!.name]: valueAt(columns.label, row) },
    order: line,
    occurredAt: occurredAt === undefined ? undefined : new Date(occurredAt).toISOString(),
    seconds: numberAt(columns.seconds, row),
    role: valueAt(columns.role, row),
    occasion: numberAt(columns.occasion, row),
    revision: numberAt(columns.revision, row),
  };
}

/** Tells ingestion the slices of items, before their annotations. */
export async function sendSlices(client: Client, project: string, slices: ReadonlyMap<string, string>): Promise<void> {
  const items = [...slices].map(([item, slice]) => ({ item, slice }));
  for (let start = 0; start < items.length; start += BATCH) {
    await client.writeLines(`/v1/items/${project}`, items.slice(start, start + BATCH));
  }
}

async function pause(milliseconds: number): Promise<void> {
  if (milliseconds > 0) await new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Puts a project in place; labels that a running project has already keep their order, new ones come behind. */
export async function putProject(
  client: Client,
  project: ProjectDefinition,
  isInferred: boolean,
): Promise<ProjectDefinition> {
  const running = await client.find<ProjectDefinition>(`/v1/projects/${project.project}`);
  const wanted =
    running && isInferred ? { ...running, questions: grown(running.questions, project.questions) } : project;
  const { project: name, title, questions, policy, tracks } = wanted;
  const body = { project: name, title, questions, policy, tracks };
  await client.write('PUT', `/v1/projects/${name}`, body);
  return body;
}

function grown(running: readonly Question[], found: readonly Question[]): Question[] {
  const kept = running.map((question) => {
    const labels = found.find((other) => other.name === question.name)?.labels ?? [];
    return { ...question, labels: [...question.labels, ...labels.filter((label) => !question.labels.includes(label))] };
  });
  const questions = [...kept, ...found.filter((question) => !running.some((other) => other.name === question.name))];
  if (questions.length === 0) throw new CliError(EXIT.badData, 'no question: expected at least one');
  return questions;
}
