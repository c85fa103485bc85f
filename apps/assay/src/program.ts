import { Command, CommanderError, Option } from 'commander';
import { BadSettings } from '@assay/platform/config/bad-settings';
import { CliError, EXIT } from './cli-error';
import { addFiles } from './file.verbs';
import { addOperations } from './operator.verbs';
import { FORMATS } from './output';
import { addPeople } from './people.verbs';
import { addPipeline } from './pipeline.verbs';

// Each verb loads what it needs when it is called, so that the first output of the small ones comes within 100 ms.

/** The command line, with every verb. Exit codes are those of `cli-error.ts`. */
export function assayProgram(): Command {
  const program = new Command('assay')
    .description(
      'A quality layer for human annotation: what the label of every item is, how sure that is, and how far each worker can be trusted.',
    )
    .addOption(new Option('-o, --output <format>', 'how data is printed').choices(FORMATS))
    .option('--no-color', 'no colours (NO_COLOR is honoured too)')
    .option('-q, --quiet', 'no words on stderr but errors')
    .option('--data <dir>', 'data folder; without it that of ASSAY_DATA_DIR, or .assay')
    .option('--server <url>', 'the Assay to talk to; without it the one that runs on the data folder')
    .option('--key-file <file>', 'file with the key to use; without it the admin key of the data folder')
    .showHelpAfterError('(assay --help lists what there is)')
    .hook('preAction', (_program, command) => requireProjectName(command))
    .exitOverride();

  addPipeline(program);
  addFiles(program);
  addPeople(program);
  addOperations(program);
  return program;
}

/**
 * Names of projects become parts of paths, in which `..` and `/` would lead elsewhere.
 * @throws CliError 3 where a verb gets one that no project can have.
 */
async function requireProjectName(command: Command): Promise<void> {
  const places = command.registeredArguments.map((argument) => argument.name());
  const option = command.options.find(({ flags }) => flags === '--project <project>');
  const named: unknown = option ? command.getOptionValue('project') : command.args[places.indexOf('project')];
  if (named === undefined) return;
  const { PROJECT_NAME } = await import('@assay/contracts/project/project-definition.js');
  if (PROJECT_NAME.test(named as string)) return;
  throw new CliError(EXIT.notFound, `project ${JSON.stringify(named)}: expected a name of a-z, 0-9 and -, at most 63`);
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
    if (error instanceof BadSettings) {
      process.stderr.write(`${error.message}\n`);
      return EXIT.usage;
    }
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    process.stderr.write(
      `assay: unexpected: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
    return EXIT.failure;
  }
}
