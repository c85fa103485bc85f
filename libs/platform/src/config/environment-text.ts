import { readFileSync } from 'node:fs';
import { BadSettings } from './bad-settings';

/** What the environment says, by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * What a variable, or the file that `<variable>_FILE` names, says; undefined where neither is set.
 * @throws BadSettings where both are set, or the file cannot be read.
 */
export function environmentText(variable: string, environment: Environment = process.env): string | undefined {
  const text = environment[variable] || undefined;
  const file = environment[`${variable}_FILE`] || undefined;
  if (file === undefined) return text;
  if (text !== undefined) throw new BadSettings(`${variable} and ${variable}_FILE are both set: expected one of them`);
  try {
    return readFileSync(file, 'utf8').replace(/\r?\n$/, '');
  } catch (error) {
    const { message } = error as Error;
    throw new BadSettings(`${variable}_FILE "${file}": expected a file that can be read (${message})`);
  }
}
