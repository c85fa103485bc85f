import { type Command, Option } from 'commander';
import { CliError, EXIT } from './cli-error';
import { type ListOptions, type SettleOptions } from './deadletter.command';
import { type KeyOptions } from './keys.command';
import { type ResetOptions } from './offsets.command';
import { contextOf, notNegative, positive } from './options';
import { type TopicsOptions } from './topics.command';

const STATUSES = ['open', 'redriving', 'redriven', 'discarded', 'all'];

/** Verbs of operators. */
export function addOperations(program: Command): void {
  addHealth(program);
  addOffsets(program);
  addDeadLetters(program);
  addInstallation(program);
  addKeys(program);
}

function addHealth(program: Command): void {
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
}

function addOffsets(program: Command): void {
  const offsets = program
    .command('offsets')
    .description('where each service is in each partition of what it reads')
    .option('--service <service>', 'of one service')
    .action(async (options: { service?: string }, command: Command) => {
      const { offsetsCommand } = await import('./offsets.command.js');
      await offsetsCommand(contextOf(command), options);
    });
  offsets
    .command('reset')
    .description('puts a position elsewhere: where a partition is stopped because the log has lost what was to be read')
    .option('--service <service>', 'whose position; it must be said')
    .requiredOption('--topic <topic>', 'of which topic')
    .requiredOption('--partition <n>', 'of which partition', notNegative)
    .requiredOption('--to <offset>', 'earliest or latest that the log keeps, or an offset between')
    .option('--dry-run', 'says what would be done, and does nothing')
    .action(async (options: Omit<ResetOptions, 'service'>, command: Command) => {
      // Both verbs have --service, and commander gives it to the outer one.
      const { service } = command.optsWithGlobals<{ service?: string }>();
      if (service === undefined) throw new CliError(EXIT.usage, '--service is missing: expected whose position it is');
      const { resetOffsetCommand } = await import('./offsets.command.js');
      await resetOffsetCommand(contextOf(command), { ...options, service });
    });
}

function addDeadLetters(program: Command): void {
  const deadLetters = program.command('deadletter').description('events that could not be applied');
  const scoped = (command: Command) =>
    command.option('--service <service>', 'of one service').option('--project <project>', 'of one project');
  const settling = (command: Command) =>
    scoped(command).option('--all', 'all open ones').option('--dry-run', 'says which, and changes nothing');
  scoped(deadLetters.command('list'))
    .description('those that wait for somebody to settle them')
    .addOption(new Option('--status <status>', 'instead of the open ones').choices(STATUSES).default('open'))
    .action(async (options: ListOptions, command: Command) => {
      const { listDeadLettersCommand } = await import('./deadletter.command.js');
      await listDeadLettersCommand(contextOf(command), options);
    });
  deadLetters
    .command('show <id>')
    .description('where the event lay and why it could not be applied; what was sent, to admins')
    .option('--service <service>', 'the service that has it; without it all are asked')
    .action(async (id: string, options: { service?: string }, command: Command) => {
      const { showDeadLetterCommand } = await import('./deadletter.command.js');
      await showDeadLetterCommand(contextOf(command), id, options);
    });
  settling(deadLetters.command('redrive [ids...]'))
    .description('has events handled again, and waits until that is done')
    .action(async (ids: string[], options: SettleOptions, command: Command) => {
      const { redriveCommand } = await import('./deadletter.command.js');
      await redriveCommand(contextOf(command), ids, options);
    });
  settling(deadLetters.command('discard [ids...]'))
    .description('gives events up for good; they stay dead-lettered in the accounting')
    .requiredOption('--reason <text>', 'why: for the audit')
    .action(async (ids: string[], options: SettleOptions & { reason: string }, command: Command) => {
      const { discardCommand } = await import('./deadletter.command.js');
      await discardCommand(contextOf(command), ids, options);
    });
}

/** What `up` does at its start, as steps of an installation with one process a service. */
function addInstallation(program: Command): void {
  program
    .command('migrate')
    .description('brings the database of ASSAY_DATABASE_URL to this version: schemas, roles, tables')
    .option('--urls <dir>', "gets the URL of each service's own role, as <service>/database-url")
    .action(async (options: { urls?: string }, command: Command) => {
      const { migrateCommand } = await import('./migrate.command.js');
      await migrateCommand(contextOf(command), options);
    });
  program
    .command('topics')
    .description('the topics of Kafka')
    .command('apply')
    .description(
      'makes the brokers of ASSAY_KAFKA_BROKERS have what the catalogue wants: topics, configuration, permissions',
    )
    .option('--replication <n>', "copies of each partition; without it the brokers' default", positive)
    .option('--min-insync <n>', 'copies that must have a record before it is acknowledged', positive)
    .option('--acls', 'permissions of the services and of tools as well')
    .option('--dry-run', 'says what differs, and changes nothing')
    .action(async (options: TopicsOptions, command: Command) => {
      const { applyTopicsCommand } = await import('./topics.command.js');
      await applyTopicsCommand(contextOf(command), options);
    });
}

function addKeys(program: Command): void {
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
