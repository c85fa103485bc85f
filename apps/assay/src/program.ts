import { existsSync } from 'node:fs';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { CliError, EXIT } from './cli-error';
import { type AggregateOptions } from './aggregate.command';
import { type AgreementOptions } from './agreement.command';
import { type Context } from './context';
import { type TableOptions } from './label-tables';
import { type DecideOptions } from './disputes.command';
import { type KeyOptions } from './keys.command';
import { DISPUTE_REASONS } from '@assay/contracts/dispute/dispute-event';
import { KINDS } from '@assay/contracts/project/label-schema';
import { FORMATS, type Format, Output, showsColor } from './output';
import { type ReplayOptions } from './replay.command';
import { type ExportSubject } from './report.command';

/** What `agreement` can measure, by interfaces section 4. */
const METRICS = ['nominal', 'ordinal', 'interval', 'ratio', 'jaccard', 'masi', 'iou', 'span'];
const FILE_KINDS = ['choice', 'choices', 'rating', 'number', 'preference', 'ranking', 'boxes', 'spans', 'text'];

// Each verb loads what it needs when it is called, so that the first output of the small ones comes within 100 ms.

interface GlobalOptions {
  output?: Format;
  color: boolean;
  quiet?: boolean;
  data: string;
  server?: string;
  keyFile?: string;
}

/** The command line, with every verb. Exit codes are those of `cli-error.ts`. */
export function assayProgram(): Command {
  const program = new Command('assay')
    .description(
      'A quality layer for human annotation: what the label of every item is, how sure that is, and how far each worker can be trusted.',
    )
    .addOption(new Option('-o, --output <format>', 'how data is printed').choices(FORMATS))
    .option('--no-color', 'no colours (NO_COLOR is honoured too)')
    .option('-q, --quiet', 'no words on stderr but errors')
    .option('--data <dir>', 'data folder', '.assay')
    .option('--server <url>', 'the Assay to talk to; without it the one that runs on the data folder')
    .option('--key-file <file>', 'file with the key to use; without it the admin key of the data folder')
    .showHelpAfterError('(assay --help lists what there is)')
    .exitOverride();

  program
    .command('up')
    .description('runs the services until Ctrl-C')
    .addOption(new Option('--log <log>', 'where events are kept').choices(['embedded', 'kafka']))
    .option('--services <names>', 'all, or names with commas between', 'all')
    .option('--port <port>', 'where HTTP listens', port)
    .action(async (options: { log?: 'embedded' | 'kafka'; services: string; port?: number }, command: Command) => {
      const { upCommand } = await import('./up.command.js');
      await upCommand(contextOf(command), options);
    });

  program
    .command('replay <labels>')
    .description('sends a file of labels through the pipeline (one that it starts, unless --server), settles, reports')
    .option('--truth <file>', 'answer key that the report is compared with; no service ever sees it')
    .option('--project <file>', 'project file (YAML or JSON); without it the labels decide')
    .addOption(new Option('--kind <kind>', 'kind of label, without a project file').choices(KINDS))
    .option('--rate <n>', 'labels a second at the most', positive)
    .option('--gold <file>', 'known labels: they are imported, audit workers, and are left out of the accuracy')
    .option('--export <file>', 'writes the decisions as CSV')
    .option('--no-settle', 'reports without waiting for rest')
    .option('--skip-bad', 'leaves bad rows out and says how many')
    .action(async (labels: string, options: ReplayOptions, command: Command) => {
      const { replayCommand } = await import('./replay.command.js');
      await replayCommand(contextOf(command), labels, options, isGiven(command, 'data'));
    });

  program
    .command('report <project>')
    .description('the report of a project, at any time')
    .option('--truth <file>', 'answer key to compare with')
    .action(async (name: string, options: { truth?: string }, command: Command) => {
      const { reportCommand } = await import('./report.command.js');
      await reportCommand(contextOf(command), name, options);
    });

  program
    .command('export <project>')
    .description('decisions as rows, the record of annotations as JSON Lines, or what operators did')
    .addOption(
      new Option('--what <what>', 'what to export').choices(['consensus', 'annotations', 'audit']).default('consensus'),
    )
    .action(async (name: string, options: { what: ExportSubject }, command: Command) => {
      const { exportCommand } = await import('./report.command.js');
      await exportCommand(contextOf(command), name, options);
    });

  program
    .command('aggregate <labels>')
    .description('the label of every item of a file; no server needed')
    .option(
      '--method <method>',
      'for choice: auto (what the pipeline settles to; the default), majority, dawid-skene, mace, ...; a wrong name lists those of the kind',
    )
    .option('--gold <file>', 'known labels: the fit takes them for true, and confidence is tempered by them')
    .option('--truth <file>', 'answer key that the labels are compared with')
    .option('--reliability', 'prints the reliability diagram against --truth, instead of labels')
    .option('--project <file>', 'project file (YAML or JSON); without it the labels decide')
    .addOption(new Option('--kind <kind>', 'kind of label, without a project file').choices(FILE_KINDS))
    .option('--skip-bad', 'leaves bad rows out and says how many')
    .action(async (labels: string, options: AggregateOptions, command: Command) => {
      const { aggregateCommand } = await import('./aggregate.command.js');
      await aggregateCommand(contextOf(command, 'csv'), labels, options);
    });

  program
    .command('workers <labels>')
    .description(
      'how far each worker of a file can be trusted, and what there is against them; no server needed. What is no file is a project of the running Assay',
    )
    .option('--gold <file>', 'known labels: accuracy is measured on them, and tested against the policy')
    .option('--project <file>', 'project file (YAML or JSON); without it the labels decide')
    .addOption(new Option('--kind <kind>', 'kind of label, without a project file').choices(KINDS))
    .option('--skip-bad', 'leaves bad rows out and says how many')
    .action(async (labels: string, options: TableOptions & { gold?: string }, command: Command) => {
      const context = contextOf(command, 'csv');
      if (!existsSync(labels) && isProjectName(labels)) {
        const { scoredWorkersCommand } = await import('./findings.command.js');
        return scoredWorkersCommand(context, labels);
      }
      const { workersCommand } = await import('./workers.command.js');
      await workersCommand(context, labels, options);
    });

  program
    .command('agreement <labels>')
    .description('how well the workers of a file agree; no server needed')
    .addOption(new Option('--metric <metric>', 'distance of two labels').choices(METRICS))
    .addOption(new Option('--weights <weights>', "weights of Gwet's AC2").choices(['linear', 'quadratic']))
    .addOption(new Option('--by <what>', 'apart').choices(['slice', 'worker', 'pair']))
    .option('--project <file>', 'project file (YAML or JSON); without it the labels decide')
    .addOption(new Option('--kind <kind>', 'kind of label, without a project file').choices(FILE_KINDS))
    .option('--skip-bad', 'leaves bad rows out and says how many')
    .action(async (labels: string, options: AgreementOptions, command: Command) => {
      const { agreementCommand } = await import('./agreement.command.js');
      await agreementCommand(contextOf(command), labels, options);
    });

  addDisputes(program);
  addOperations(program);

  program
    .command('demo')
    .description('what `npm start` does: replays an example, lets a played crowd and its experts work, reports, serves')
    .option('--exit', 'ends after the reports')
    .option('--port <port>', 'where HTTP listens', port)
    .action(async (options: { exit?: boolean; port?: number }, command: Command) => {
      const { demoCommand } = await import('./demo.command.js');
      await demoCommand(contextOf(command), options);
    });

  program
    .command('simulate')
    .description('plays workers and items with known truth; no server needed')
    .option('--population <file>', 'who works and on what (YAML or JSON); without it a small ordinary crowd')
    .option('--project <file>', 'project file whose first question gives the labels')
    .option(
      '--out <prefix>',
      'writes PREFIXlabels.csv, PREFIXtruth.csv and PREFIXgold.csv; without it labels go to stdout',
    )
    .action(async (options: { population?: string; project?: string; out?: string }, command: Command) => {
      const { simulateCommand } = await import('./simulate.command.js');
      await simulateCommand(contextOf(command), options);
    });

  program
    .command('play <project-file>')
    .description(
      'plays workers and experts on a running Assay, over HTTP with keys of their own; reports against the truth',
    )
    .option('--population <file>', 'who works and on what (YAML or JSON); without it a small ordinary crowd')
    .option('--experts <n>', 'experts who decide disputes', positive, 2)
    .option('--at-once <n>', 'workers who work at the same time', positive, 8)
    .action(
      async (file: string, options: { population?: string; experts: number; atOnce: number }, command: Command) => {
        const { playCommand } = await import('./play.command.js');
        await playCommand(contextOf(command), file, options);
      },
    );

  const project = program.command('project').description('project files');
  project
    .command('explain')
    .description('every field of a project file, its default and its meaning')
    .action(async (_options: unknown, command: Command) => {
      const { explainCommand } = await import('./project.command.js');
      explainCommand(contextOf(command));
    });

  return program;
}

/** Verbs of experts, who use a key of their own (`--key-file`). */
function addDisputes(program: Command): void {
  const gold = program.command('gold').description('items whose label is known; for quality leads');
  gold
    .command('import <file>')
    .description('makes the items of a file gold, or corrects their labels; several rows for a task are alternatives')
    .requiredOption('--project <project>', 'name of the project')
    .action(async (file: string, { project }: { project: string }, command: Command) => {
      const { goldImportCommand } = await import('./gold.command.js');
      await goldImportCommand(contextOf(command), file, project);
    });
  gold
    .command('list <project>')
    .description('gold items: how often each was shown, checked and missed')
    .option('--suspect', 'only those whose label the workers keep missing: it may be wrong')
    .action(async (project: string, options: { suspect?: boolean }, command: Command) => {
      const { goldListCommand } = await import('./gold.command.js');
      await goldListCommand(contextOf(command), project, options);
    });
  gold
    .command('retire <project> <items...>')
    .description('ends gold items: they audit nobody any more')
    .action(async (project: string, items: string[], _options: unknown, command: Command) => {
      const { goldRetireCommand } = await import('./gold.command.js');
      await goldRetireCommand(contextOf(command), project, items);
    });
  gold
    .command('rotate <project>')
    .description('retires gold items that were shown too often')
    .requiredOption('--over <shown>', 'retires what was shown more often', notNegative)
    .option('--dry-run', 'says which, and retires none')
    .action(async (project: string, options: { over: number; dryRun?: boolean }, command: Command) => {
      const { goldRotateCommand } = await import('./gold.command.js');
      await goldRotateCommand(contextOf(command), project, options);
    });

  const findings = program
    .command('findings')
    .description('what statistics support against workers; for quality leads');
  findings
    .command('list <project>')
    .description('findings that stand')
    .option('--all', 'those too that were cleared')
    .action(async (project: string, options: { all?: boolean }, command: Command) => {
      const { findingsListCommand } = await import('./findings.command.js');
      await findingsListCommand(contextOf(command), project, options);
    });
  findings
    .command('show <project> <finding>')
    .description('everything that a finding rests on')
    .action(async (project: string, finding: string, _options: unknown, command: Command) => {
      const { findingsShowCommand } = await import('./findings.command.js');
      await findingsShowCommand(contextOf(command), project, finding);
    });

  const disputes = program.command('disputes').description('what workers and model cannot settle; for experts');
  disputes
    .command('list <project>')
    .description('what you may claim or have in hand, most pressing first')
    .action(async (project: string, _options: unknown, command: Command) => {
      const { listDisputesCommand } = await import('./disputes.command.js');
      await listDisputesCommand(contextOf(command), project);
    });
  disputes
    .command('claim <project> <id>')
    .description('takes a dispute and shows it: the item, the question, what workers said under letters')
    .action(async (project: string, id: string, _options: unknown, command: Command) => {
      const { claimDisputeCommand } = await import('./disputes.command.js');
      await claimDisputeCommand(contextOf(command), project, id);
    });
  disputes
    .command('release <project> <id>')
    .description('gives a claimed dispute back')
    .action(async (project: string, id: string, _options: unknown, command: Command) => {
      const { releaseDisputeCommand } = await import('./disputes.command.js');
      await releaseDisputeCommand(contextOf(command), project, id);
    });
  disputes
    .command('decide <project> <id>')
    .description('decides a claimed dispute, for good')
    .option('--label <label>', "one of the question's labels")
    .option('--unresolvable', 'instead of a label: there is no answer')
    .addOption(
      new Option('--reason <reason>', 'why workers could not agree').choices(DISPUTE_REASONS).makeOptionMandatory(),
    )
    .option('--note <text>', 'what else is to be said')
    .action(async (project: string, id: string, options: DecideOptions, command: Command) => {
      const { decideDisputeCommand } = await import('./disputes.command.js');
      await decideDisputeCommand(contextOf(command), project, id, options);
    });
}

/** What a project can be called: no path and no ending. */
function isProjectName(name: string): boolean {
  return /^[a-z0-9-]{1,63}$/.test(name);
}

/** Verbs of operators. */
function addOperations(program: Command): void {
  program
    .command('status')
    .description('is it alive, and does it keep up')
    .action(async (_options: unknown, command: Command) => {
      const { statusCommand } = await import('./operations.command.js');
      await statusCommand(contextOf(command));
    });
  program
    .command('doctor')
    .description('every setting, and whether what is needed is there')
    .action(async (_options: unknown, command: Command) => {
      const { doctorCommand } = await import('./operations.command.js');
      await doctorCommand(contextOf(command));
    });
  program
    .command('audit')
    .description('the accounting')
    .command('verify')
    .description('whether every event is accounted for')
    .action(async (_options: unknown, command: Command) => {
      const { auditVerifyCommand } = await import('./operations.command.js');
      await auditVerifyCommand(contextOf(command));
    });
  program
    .command('trace <project> <item>')
    .description('everything that happened to one item, and why')
    .action(async (project: string, item: string, _options: unknown, command: Command) => {
      const { traceCommand } = await import('./operations.command.js');
      await traceCommand(contextOf(command), project, item);
    });
  program
    .command('rebuild [project]')
    .description('publishes everything again from the system of record')
    .action(async (project: string | undefined, _options: unknown, command: Command) => {
      const { rebuildCommand } = await import('./operations.command.js');
      await rebuildCommand(contextOf(command), project);
    });
  const keys = program.command('keys').description('who may speak to Assay, as what');
  keys
    .command('create')
    .description('prints a new key, which cannot be read again')
    .requiredOption('--holder <name>', 'who is to use it')
    .requiredOption('--role <role>', 'tool, worker, expert, lead, operator or admin')
    .option('--projects <names>', 'projects with commas between, * for all', '*')
    .option('--worker <id>', 'the worker that a key of a worker or expert is')
    .action(async (options: KeyOptions, command: Command) => {
      const { createKeyCommand } = await import('./keys.command.js');
      await createKeyCommand(contextOf(command), options);
    });
  keys.command('list').action(async (_options: unknown, command: Command) => {
    const { listKeysCommand } = await import('./keys.command.js');
    await listKeysCommand(contextOf(command));
  });
  keys
    .command('rotate <id>')
    .description('prints a second key of the same holder; the first stays valid until it is revoked')
    .action(async (id: string, _options: unknown, command: Command) => {
      const { rotateKeyCommand } = await import('./keys.command.js');
      await rotateKeyCommand(contextOf(command), id);
    });
  keys.command('revoke <id>').action(async (id: string, _options: unknown, command: Command) => {
    const { revokeKeyCommand } = await import('./keys.command.js');
    await revokeKeyCommand(contextOf(command), id);
  });
}

/** @param data format of the data where `-o` does not say. */
function contextOf(command: Command, data: Format = 'table'): Context {
  const options = command.optsWithGlobals<GlobalOptions>();
  const color = options.color && showsColor(process.stdout);
  return {
    output: new Output(options.output ?? data, { color, quiet: options.quiet ?? false }),
    dataDir: options.data,
    server: options.server,
    keyFile: options.keyFile,
  };
}

/** Whether a global option was given, rather than left to its default. */
function isGiven(command: Command, option: string): boolean {
  return command.parent?.getOptionValueSource(option) === 'cli' || command.getOptionValueSource(option) === 'cli';
}

function port(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > 65535)
    throw new InvalidArgumentError('expected a port from 0 to 65535');
  return value;
}

/** A whole number of at least one, for options. */
export function positive(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new InvalidArgumentError('expected a whole number from 1');
  return value;
}

function notNegative(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isSafeInteger(value) || value < 0)
    throw new InvalidArgumentError('expected a whole number from 0');
  return value;
}

/** Runs a command line and says with which code to exit. */
export async function run(argv: readonly string[]): Promise<number> {
  try {
    await assayProgram().parseAsync([...argv], { from: 'user' });
    return EXIT.ok;
  } catch (error) {
    if (error instanceof CliError) {
      process.stderr.write(`${error.message}\n`);
      return error.exitCode;
    }
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    process.stderr.write(
      `assay: unexpected: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
    return EXIT.failure;
  }
}
