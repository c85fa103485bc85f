import { type Command, Option } from 'commander';
import { DISPUTE_REASONS } from '@assay/contracts/dispute/dispute-event';
import { type DecideOptions } from './disputes.command';
import { contextOf, notNegative } from './options';

/** Verbs of quality leads and of experts, who use a key of their own (`--key-file`). */
export function addPeople(program: Command): void {
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
