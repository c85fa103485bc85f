import { readFileSync } from 'node:fs';
import { validateSync } from 'class-validator';
import { BadSettings } from './bad-settings';
import { settingsOf, type SettingDescription } from './setting';

/** What the environment says, by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A setting that others make necessary. */
export interface Need<S extends object> {
  field: keyof S & string;
  when: (settings: S) => boolean;
  because: string;
}

/**
 * Fills an object of a class whose fields are settings from the environment. An empty variable is one that is not set.
 * @throws BadSettings with a line for every bad one: its name, its value (`***` for a secret) and what is expected.
 */
export function readEnvironment<S extends object>(settings: S, needs: readonly Need<S>[], environment: Environment): S {
  const problems: string[] = [];
  for (const [field, setting] of settingsOf(settings)) {
    try {
      const text = textOf(setting.variable, environment);
      if (text !== undefined) Object.assign(settings, { [field]: setting.parse ? setting.parse(text) : text });
    } catch (error) {
      problems.push((error as Error).message);
    }
  }
  problems.push(...invalid(settings, environment), ...missing(settings, needs));
  if (problems.length > 0) throw new BadSettings(problems.join('\n'));
  return settings;
}

function textOf(variable: string, environment: Environment): string | undefined {
  const text = environment[variable] || undefined;
  const file = environment[`${variable}_FILE`] || undefined;
  if (file === undefined) return text;
  if (text !== undefined) throw new Error(`${variable} and ${variable}_FILE are both set: expected one of them`);
  try {
    return readFileSync(file, 'utf8').replace(/\r?\n$/, '');
  } catch (error) {
    throw new Error(`${variable}_FILE "${file}": expected a file that can be read (${(error as Error).message})`);
  }
}

function invalid(settings: object, environment: Environment): string[] {
  return validateSync(settings).map(({ property }) => {
    const { variable, expected, secret } = settingsOf(settings).get(property) as SettingDescription;
    const text = environment[variable] || `contents of ${environment[`${variable}_FILE`]}`;
    return `${variable} ${secret ? '***' : JSON.stringify(text)}: expected ${expected}`;
  });
}

function missing<S extends object>(settings: S, needs: readonly Need<S>[]): string[] {
  return needs
    .filter(({ field, when }) => when(settings) && settings[field] === undefined)
    .map(({ field, because }) => {
      const { variable, expected } = settingsOf(settings).get(field) as SettingDescription;
      return `${variable} is not set although ${because}: expected ${expected}`;
    });
}
