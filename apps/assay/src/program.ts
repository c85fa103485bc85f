import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { CliError, EXIT } from './cli-error';
import { type Context } from './context';
import { FORMATS, type Format, Output, showsColor } from './output';

// Each verb loads what it needs when it is called, so that the first output of the small ones comes within 100 ms.

interface GlobalOptions {
  output: Format;
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
    .addOption(new Option('-o, --output <format>', 'how data is printed').choices(FORMATS).default('table'))
    .option('--no-color', 'no colours (NO_COLOR is honoured too)')
    .option('-q, --quiet', 'no words on stderr but errors')
    .option('--data <dir>', 'data folder', '.assay')
    .option('--server <url>', 'the Assay to talk to; without it the one that runs on the data folder')
    .option('--key-file <file>', 'file with the key to use; without it the admin key of the data folder')
    .showHelpAfterError('(assay --help lists what there is)')
    .exitOverride();

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

function contextOf(command: Command): Context {
  const options = command.optsWithGlobals<GlobalOptions>();
  const color = options.color && showsColor(process.stdout);
  return {
    output: new Output(options.output, { color, quiet: options.quiet ?? false }),
    dataDir: options.data,
    server: options.server,
    keyFile: options.keyFile,
  };
}

/** A whole number of at least one, for options. */
export function positive(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new InvalidArgumentError('expected a whole number from 1');
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
