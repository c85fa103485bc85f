import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSettings } from '@assay/platform/config/settings';
import { removeEmbeddedPostgres } from '@assay/platform/postgres/embedded-postgres';
import { type KindName } from '@assay/contracts/project/label-schema';
import { readAnswers } from './answer-file';
import { CliError, EXIT } from './cli-error';
import { type Client, clientOf } from './client';
import { importGold } from './gold-import';
import { collectReport } from './collect-report';
import { checkWritable, writeConsensus } from './consensus-export';
import { connect, type Context, runningServices } from './context';
import { checkLabels } from './checked-labels';
import { type LabelFile, openLabels, readLabels } from './label-file';
import { complete, readProjectFile } from './project-file';
import { DEFAULT_QUESTION, projectOfLabels } from './project-of-labels';
import { type Report } from './report';
import { hashOf } from './records';
import { printReport } from './report-table';
import { RowErrors } from './row-errors';
import { type RunningAssay, startAssay } from './running-assay';
import { putProject, type SendableLabels, sendLabels, sendSlices } from './send-labels';
import { SERVICES } from './services';
import { settle } from './settle';

/** Signals after which a replay ends what it started, and then itself. */
const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

export interface ReplayOptions {
  truth?: string;
  gold?: string;
  project?: string;
  kind?: KindName;
  rate?: number;
  export?: string;
  settle: boolean;
  skipBad?: boolean;
}

/**
 * `assay replay LABELS`: sends every label as an event through a running pipeline, or through one that it starts for the purpose; settles
 * and reports. The file is checked whole before anything is started or sent.
 */
export async function replayCommand(
  context: Context,
  path: string,
  options: ReplayOptions,
  isData: boolean,
): Promise<void> {
  const file = await openLabels(path);
  const prepared = await prepare(context, file, options);
  const report = await withServer(context, isData, (client) => replayInto(client, context, prepared, options));
  printReplay(context, report);
}

/** Prints a report in the format that was asked for. */
export function printReplay({ output }: Context, report: Report): void {
  if (output.format === 'table') printReport(report, output);
  else output.json(report);
}

/** A file of labels that was checked against its project. */
export interface PreparedReplay extends SendableLabels {
  isInferred: boolean;
}

/** @throws CliError 6 where a row is bad and bad rows are not to be skipped, or the answer key cannot be read. */
export async function prepare({ output }: Context, file: LabelFile, options: ReplayOptions): Promise<PreparedReplay> {
  const { records, ignored } = file;
  if (ignored.length > 0) output.say(`${records.name}: ignored columns ${ignored.join(', ')}`);
  const errors = new RowErrors(records.name);
  const columns = readLabels(file, errors);
  if (options.export) await checkWritable(options.export);
  // Bad rows are the answer where they are all that there is.
  if (columns.length === 0 && !options.skipBad) errors.refuse();
  const isInferred = options.project === undefined;
  const project = options.project
    ? await readProjectFile(options.project)
    : complete(projectOfLabels(records.name, columns, options.kind ?? 'choice'), records.name);
  const checked = checkLabels(columns, project, errors);
  if (!options.skipBad) errors.refuse();
  else if (errors.count > 0) output.warn(`${errors.words()}\n${errors.count} bad rows left out`);
  if (checked.rows === 0)
    throw new CliError(EXIT.badData, `${records.name}: no labels; expected a row or more after the header`);
  for (const answers of [options.truth, options.gold])
    if (answers) await readAnswers(answers, project.questions[0]?.name ?? DEFAULT_QUESTION);
  return { project, isInferred, columns, checked, hash: hashOf(records) };
}

/** Sends a checked file to a running Assay, waits until it is at rest, and reports. */
export async function replayInto(
  client: Client,
  { output }: Context,
  prepared: PreparedReplay,
  options: ReplayOptions,
): Promise<Report> {
  const started = performance.now();
  const { project, checked } = prepared;
  await putProject(client, project, prepared.isInferred);
  await sendSlices(client, project.project, checked.slices);
  if (options.gold) {
    const gold = await readAnswers(options.gold, project.questions[0]?.name ?? DEFAULT_QUESTION);
    await importGold(client, project.project, gold);
  }
  const intake = await sendLabels(client, prepared, { rate: options.rate, output });
  if (options.settle) await settle(client, project.project, output);
  const seconds = (performance.now() - started) / 1000;
  output.endProgress();
  const truth = options.truth
    ? await readAnswers(options.truth, project.questions[0]?.name ?? DEFAULT_QUESTION)
    : undefined;
  const report = await collectReport(client, project.project, truth);
  if (options.export) await writeConsensus(client, project.project, options.export);
  return { ...report, seconds, annotationsPerSecond: intake.received / seconds };
}

/** Gives work a client of the server of `--server`, or of one that runs on the data folder, or of one started for it. */
async function withServer<Result>(
  context: Context,
  isData: boolean,
  work: (client: Client) => Promise<Result>,
): Promise<Result> {
  if (context.server || (isData && runningServices(context.dataDir).length > 0)) return work(connect(context));
  const dataDir = isData ? context.dataDir : await temporaryFolder();
  const settings = readSettings();
  // What is not ended here ends with this process: PostgreSQL, where it is only just being started.
  let running: RunningAssay | undefined;
  const end = once(async () => {
    await running?.close();
    if (isData) return;
    removeEmbeddedPostgres(dataDir);
    await rm(dataDir, { recursive: true, force: true });
  });
  const interrupt = (signal: NodeJS.Signals) =>
    void end()
      .catch(() => undefined)
      .then(() => process.exit(128 + constants.signals[signal]));
  for (const signal of SIGNALS) process.once(signal, interrupt);
  try {
    running = await startAssay({
      settings: { ...settings, logLevel: settings.logLevel === 'info' ? 'warn' : settings.logLevel },
      dataDir,
      services: SERVICES,
      port: 0,
      metricsPort: 0,
      say: (line) => context.output.say(line),
    });
    return await work(clientOf(running.url, running.key));
  } finally {
    await end();
    for (const signal of SIGNALS) process.off(signal, interrupt);
  }
}

/** Work that is done by who asks first, and waited for by the others. */
function once(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () => (done ??= work());
}

/** A new folder that the user who runs PostgreSQL for root can get into. */
async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'assay-replay-'));
  await chmod(folder, 0o711);
  return folder;
}
