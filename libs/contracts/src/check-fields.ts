import { hasCharacters } from './characters';
import { type FieldError, fieldError } from './field-error';
import { type DataClass, isUtcTimestamp, type JsonSchema, schemaOf, STORABLE } from './fields';
import { nearestName } from './nearest-name';

const MOST_ERRORS = 10;

/**
 * What is wrong with a value by a data class, in words for the sender, at most ten things; empty where nothing is. The verdict
 * is that of ajv on `schemaOf(dataClass)`, which is faster but cannot say which known name was meant by an unknown one.
 */
export function checkFields(dataClass: DataClass, value: unknown): FieldError[] {
  let schema = schemas.get(dataClass);
  if (schema === undefined) schemas.set(dataClass, (schema = schemaOf(dataClass)));
  const errors: FieldError[] = [];
  check(schema, value, '', errors);
  return errors.slice(0, MOST_ERRORS);
}

// Made once: 10,000 annotations are checked in one request.
const schemas = new WeakMap<DataClass, JsonSchema>();
const patterns = new Map<string, RegExp>();

function matches(pattern: string, text: string): boolean {
  let regExp = patterns.get(pattern);
  if (regExp === undefined) patterns.set(pattern, (regExp = new RegExp(pattern, 'u')));
  return regExp.test(text);
}

function check(schema: JsonSchema, value: unknown, path: string, errors: FieldError[]): void {
  const expected = expectation(schema, value);
  if (expected !== undefined) {
    errors.push(fieldError(path, value, expected));
    return;
  }
  if (schema['type'] === 'object') checkObject(schema, value as Record<string, unknown>, path, errors);
  if (schema['type'] === 'array') {
    for (const [index, entry] of (value as unknown[]).entries()) {
      if (errors.length >= MOST_ERRORS) return;
      check(schema['items'] as JsonSchema, entry, `${path}[${index}]`, errors);
    }
  }
}

function checkObject(schema: JsonSchema, value: Record<string, unknown>, path: string, errors: FieldError[]): void {
  const properties = schema['properties'] as Record<string, JsonSchema> | undefined;
  if (properties === undefined) return;
  const known = Object.keys(properties);
  const at = (name: string) => (path === '' ? name : `${path}.${name}`);
  for (const name of Object.keys(value)) {
    if (errors.length >= MOST_ERRORS) return;
    if (!known.includes(name)) errors.push(fieldError(at(name), value[name], unknownField(name, known)));
  }
  for (const name of known) {
    if (Object.hasOwn(value, name) && value[name] !== undefined)
      check(properties[name]!, value[name], at(name), errors);
    else if ((schema['required'] as string[]).includes(name)) {
      errors.push(fieldError(at(name), undefined, what(properties[name]!)));
    }
  }
}

function unknownField(name: string, known: readonly string[]): string {
  return `no such field (did you mean ${nearestName(name, known)}?)`;
}

/** What was expected of the value itself, entries and fields aside; undefined where it is right. */
function expectation(schema: JsonSchema, value: unknown): string | undefined {
  const within = (size: number, least: unknown, most: unknown) =>
    size >= ((least as number | undefined) ?? -Infinity) && size <= ((most as number | undefined) ?? Infinity);
  switch (schema['type']) {
    case 'string': {
      if (typeof value !== 'string') return what(schema);
      const words = schema['enum'] as string[] | undefined;
      const fits =
        (words === undefined || words.includes(value)) &&
        hasCharacters(value, (schema['minLength'] as number) ?? 0, (schema['maxLength'] as number) ?? Infinity) &&
        (schema['pattern'] === undefined || matches(schema['pattern'] as string, value)) &&
        (schema['format'] === undefined || isUtcTimestamp(value));
      return fits ? undefined : what(schema);
    }
    case 'integer':
    case 'number': {
      const isNumber = schema['type'] === 'integer' ? Number.isInteger(value) : Number.isFinite(value);
      return isNumber && within(value as number, schema['minimum'], schema['maximum']) ? undefined : what(schema);
    }
    case 'boolean':
      return typeof value === 'boolean' ? undefined : what(schema);
    case 'array': {
      const fits =
        Array.isArray(value) &&
        within(value.length, schema['minItems'], schema['maxItems']) &&
        (schema['uniqueItems'] !== true || new Set(value).size === value.length);
      return fits ? undefined : what(schema);
    }
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value) ? undefined : what(schema);
    default:
      return value === null ? 'a value' : undefined;
  }
}

/** A schema in words. */
function what(schema: JsonSchema): string {
  switch (schema['type']) {
    case 'string':
      if (schema['enum']) return `one of ${(schema['enum'] as string[]).join(', ')}`;
      if (schema['format']) return 'a UTC timestamp such as 2026-02-28T09:30:00.000Z';
      return `a string of ${range(schema['minLength'], schema['maxLength'])} characters${patternWords(schema['pattern'])}`;
    case 'integer':
      return schema['maximum'] === Number.MAX_SAFE_INTEGER
        ? `an integer, at least ${String(schema['minimum'])}`
        : `an integer, ${range(schema['minimum'], schema['maximum'])}`;
    case 'number':
      return range(schema['minimum'], schema['maximum']);
    case 'boolean':
      return 'true or false';
    case 'array':
      return `a list of ${range(schema['minItems'], schema['maxItems'])}${schema['uniqueItems'] ? ' different' : ''} entries`;
    case 'object':
      return 'an object';
    default:
      return 'a value';
  }
}

function range(least: unknown, most: unknown): string {
  return least === most ? String(least) : `${String(least)} to ${String(most)}`;
}

function patternWords(pattern: unknown): string {
  return pattern === undefined || pattern === STORABLE.source ? '' : ` that match ${String(pattern)}`;
}
