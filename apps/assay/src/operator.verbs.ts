import { type Command } from 'commander';
import { type KeyOptions } from './keys.command';
import { contextOf } from './options';

/** Verbs of operators. */
export function addOperations(program: Command): void {
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
