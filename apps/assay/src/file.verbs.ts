import { existsSync } from 'node:fs';
import { type Command, Option } from 'commander';
import { KINDS } from '@assay/contracts/project/label-schema';
import { type AggregateOptions } from './aggregate.command';
import { type AgreementOptions } from './agreement.command';
import { type TableOptions } from './label-tables';
import { contextOf } from './options';

/** What `agreement` can measure, by interfaces section 4. */
const METRICS = ['nominal', 'ordinal', 'interval', 'ratio', 'jaccard', 'masi', 'iou', 'span'];
const FILE_KINDS = ['choice', 'choices', 'rating', 'number', 'preference', 'ranking', 'boxes', 'spans', 'text'];

/** Verbs that need files and no server. */
export function addFiles(program: Command): void {
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
    .addOption(
      new Option('--weights <weights>', "weights of Gwet's AC2 and weighted Cohen's kappa").choices([
        'linear',
        'quadratic',
      ]),
    )
    .addOption(new Option('--by <what>', 'apart').choices(['slice', 'worker', 'pair']))
    .option('--project <file>', 'project file (YAML or JSON); without it the labels decide')
    .addOption(new Option('--kind <kind>', 'kind of label, without a project file').choices(FILE_KINDS))
    .option('--skip-bad', 'leaves bad rows out and says how many')
    .action(async (labels: string, options: AgreementOptions, command: Command) => {
      const { agreementCommand } = await import('./agreement.command.js');
      await agreementCommand(contextOf(command, process.stdout.isTTY ? 'table' : 'json'), labels, options);
    });

  program
    .command('simulate')
    .description('plays workers and items with known truth; no server needed')
    .option(
      '--population <file>',
      'who works and on what (YAML or JSON); without it, and for what it leaves out, a small ordinary crowd',
    )
    .option('--project <file>', 'project file whose first question gives the labels')
    .option(
      '--out <prefix>',
      'writes PREFIXlabels.csv, PREFIXtruth.csv and PREFIXgold.csv; without it labels go to stdout',
    )
    .action(async (options: { population?: string; project?: string; out?: string }, command: Command) => {
      const { simulateCommand } = await import('./simulate.command.js');
      await simulateCommand(contextOf(command, 'csv'), options);
    });

  const project = program.command('project').description('project files');
  project
    .command('explain')
    .description('every field of a project file, its default and its meaning')
    .action(async (_options: unknown, command: Command) => {
      const { explainCommand } = await import('./project.command.js');
      explainCommand(contextOf(command));
    });
}

/** What a project can be called: no path and no ending; `-` is standard input. */
function isProjectName(name: string): boolean {
  return name !== '-' && /^[a-z0-9-]{1,63}$/.test(name);
}
