import { createHash } from 'node:crypto';
import { KIND_OF } from '@assay/contracts/kinds/kinds';
import { type Question } from '@assay/contracts/project/label-schema';
import { type ProjectDefinition } from '@assay/contracts/project/project-definition';
import { CliError, EXIT } from './cli-error';
import { type Client } from './client';
import { eachLabel, type LabelFile, type LabelRow } from './label-file';
import { type Output } from './output';
import { Progress } from './progress';
import { excerpt } from './records';
import { type Intake } from './report';
import { RowErrors } from './row-errors';

/** Annotations a request, and requests in flight: enough to keep PostgreSQL busy, little enough for even progress. */
const BATCH = 1000;
const IN_FLIGHT = 2;
/** Source of the workers of files: a worker is (source, name). */
export const FILE_SOURCE = 'file';

/**
 * Checks every row of a file against a project; good rows go to `onRow`.
 * @returns the bad rows, and the slice of each item that has one.
 */
export async function checkLabelFile(file: LabelFile, project: ProjectDefinition, onRow?: (row: LabelRow) => void) {
  const errors = new RowErrors(file.records.name);
  const slices = new Map<string, string>();
  const questions = new Map(project.questions.map((question) => [question.name, question]));
  let rows = 0;
  await eachLabel(file, errors, (row) => {
    rows++;
    const problem = labelProblem(row, questions) ?? sliceProblem(row, slices);
    if (problem) errors.add(row.line, problem);
    else onRow?.(row);
  });
  return { errors, slices, rows: rows - errors.count };
}

function labelProblem(row: LabelRow, questions: ReadonlyMap<string, Question>): string | undefined {
  const question = questionOf(row, questions);
  if (!question) return `question ${excerpt(row.question ?? '')} is not one of ${[...questions.keys()].join(', ')}`;
  const checked = KIND_OF[question.kind].check(row.label, question);
  if (checked.type === 'label') return undefined;
  return `label ${JSON.stringify(row.label)} is not ${checked.expected} (question "${question.name}")`;
}

function sliceProblem(row: LabelRow, slices: Map<string, string>): string | undefined {
  if (row.slice === undefined) return undefined;
  const known = slices.get(row.item);
  slices.set(row.item, known ?? row.slice);
  if (known === undefined || known === row.slice) return undefined;
  return `slice ${excerpt(row.slice)} of item ${excerpt(row.item)}; expected ${excerpt(known)} as in an earlier row`;
}

/** A row that names no question means the only one. */
function questionOf(row: LabelRow, questions: ReadonlyMap<string, Question>): Question | undefined {
  if (row.question !== undefined) return questions.get(row.question);
  return questions.size === 1 ? questions.values().next().value : questions.get('label');
}

/**
 * Sends every good row of a file as an annotation. A row's event id comes from the file's content and its line, so that the same
 * file sent twice is all duplicates; the line is the order of occurrence where there is no timestamp.
 * @param options.rate annotations a second at the most.
 * @returns what became of them at the edge.
 */
export async function sendLabels(
  client: Client,
  file: LabelFile,
  project: ProjectDefinition,
  options: { bad: RowErrors; rows: number; rate?: number; output: Output },
): Promise<Intake> {
  const questions = new Map(project.questions.map((question) => [question.name, question]));
  const intake: Intake = { received: 0, accepted: 0, duplicate: 0, rejected: 0 };
  const progress = new Progress(options.output, 'annotations', options.rows);
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
  const seen = new RowErrors(file.records.name);
  await eachLabel(file, seen, (row) => {
    if (options.bad.has(row.line)) return undefined;
    const question = questionOf(row, questions);
    batch.push(annotationOf(row, question?.name ?? '', file.records.hash, project.project));
    return batch.length >= size ? flush() : undefined;
  });
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

function annotationOf(row: LabelRow, question: string, fileHash: string, project: string): object {
  return {
    id: createHash('sha256').update(`${project}\n${fileHash}\n${row.line}`).digest('hex').slice(0, 32),
    source: FILE_SOURCE,
    item: row.item,
    worker: row.worker,
    labels: { [question]: row.label },
    order: row.line,
    occurredAt: row.occurredAt,
    seconds: row.seconds,
    role: row.role,
    occasion: row.occasion,
    revision: row.revision,
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
