import { validateSync } from 'class-validator';
import { BadSettings } from './bad-settings';
import { type Environment, environmentText } from './environment-text';
import { settingsOf, type SettingDescription } from './setting';

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
      const text = environmentText(setting.variable, environment);
      if (text !== undefined) Object.assign(settings, { [field]: setting.parse ? setting.parse(text) : text });
    } catch (error) {
      problems.push((error as Error).message);
    }
  }
  problems.push(...invalid(settings, environment), ...missing(settings, needs));
  if (problems.length > 0) throw new BadSettings(problems.join('\n'));
  return settings;
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
