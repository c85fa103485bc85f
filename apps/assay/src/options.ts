import { type Command, InvalidArgumentError } from 'commander';
import { environmentText } from '@assay/platform/config/environment-text';
import { type Context } from './context';
import { type Format, Output, showsColor } from './output';

/** What every verb can be told. */
interface GlobalOptions {
  output?: Format;
  color: boolean;
  quiet?: boolean;
  data?: string;
  server?: string;
  keyFile?: string;
}

/**
 * What a command gets of the options that every verb has.
 * @param data format of the data where `-o` does not say.
 */
export function contextOf(command: Command, data: Format = 'table'): Context {
  const options = command.optsWithGlobals<GlobalOptions>();
  const color = options.color && showsColor(process.stdout);
  return {
    output: new Output(options.output ?? data, { color, quiet: options.quiet ?? false }),
    // Not through the settings, whose schema takes longer to load than small verbs to answer.
    dataDir: options.data ?? environmentText('ASSAY_DATA_DIR') ?? '.assay',
    server: options.server,
    keyFile: options.keyFile,
  };
}

/** Whether a global option was given, rather than left to its default. */
export function isGiven(command: Command, option: string): boolean {
  return command.parent?.getOptionValueSource(option) === 'cli' || command.getOptionValueSource(option) === 'cli';
}

/** A port, for options. */
export function port(text: string): number {
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

/** A whole number from 0, for options. */
export function notNegative(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isSafeInteger(value) || value < 0)
    throw new InvalidArgumentError('expected a whole number from 0');
  return value;
}
