/** How a setting is read and shown. */
export interface SettingDescription {
  /** Name in the environment; with `_FILE` behind it, the name of a file that holds the value. */
  variable: string;
  meaning: string;
  /** What a value must be, for the message that refuses another. */
  expected: string;
  /** Makes a value of the text; text without. */
  parse?: (text: string) => unknown;
  /** Never printed. */
  secret?: boolean;
}

const described = new Map<object, Map<string, SettingDescription>>();

/** Declares a field of a settings class as a setting; its class-validator decorators say what is valid. */
export function Setting(variable: string, description: Omit<SettingDescription, 'variable'>): PropertyDecorator {
  return (target, property) => {
    if (!described.has(target)) described.set(target, new Map());
    described.get(target)!.set(String(property), { variable, ...description });
  };
}

/** Settings of a class by field, in the order in which they are declared. */
export function settingsOf(settings: object): ReadonlyMap<string, SettingDescription> {
  return described.get(Object.getPrototypeOf(settings) as object) ?? new Map<string, SettingDescription>();
}
