// class-transformer reads types from decorators at run time.
import 'reflect-metadata';
import type * as classTransformer from 'class-transformer';
import type * as classValidator from 'class-validator';
import { hasCharacters } from './characters';

/**
 * The fields that a contract is made of. Each decorator says the same thing twice, once to class-validator and once as JSON Schema
 * (ajv on the hot path, checkFields for what people send, AsyncAPI): `test/contracts` proves with random values that all give one
 * verdict. class-validator hears of it when it is asked (`tellClassValidator`): loading it takes as long as all else that a command loads.
 * class-transformer is no gate for strangers' JSON: it drops fields called `constructor`, and throws on deep values.
 */
export type JsonSchema = Record<string, unknown>;

interface Field {
  name: string;
  optional: boolean;
  schema: () => JsonSchema;
  rules: Rule[];
}

/** The libraries that decorate a property. */
type Libraries = typeof classValidator & Pick<typeof classTransformer, 'Type'>;
type Rule = (libraries: Libraries) => PropertyDecorator;

interface Presence {
  /** The field may be absent. `null` is refused all the same: absent is said by leaving it out. */
  optional?: boolean;
}

const fieldsOf = new Map<object, Field[]>();

/** A class whose fields are decorated with this file. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- a constructor of anything
export type DataClass<T extends object = object> = new (...args: any[]) => T;

/** JSON Schema (draft 2020-12) of a data class: closed, so that an unknown field is an error. */
export function schemaOf(dataClass: DataClass): JsonSchema {
  const fields = inheritedFields(dataClass);
  return {
    type: 'object',
    additionalProperties: false,
    required: fields.filter((field) => !field.optional).map((field) => field.name),
    properties: Object.fromEntries(fields.map((field) => [field.name, field.schema()])),
  };
}

function inheritedFields(dataClass: DataClass): Field[] {
  const parent = Object.getPrototypeOf(dataClass.prototype) as object | null;
  const own = fieldsOf.get(dataClass.prototype as object) ?? [];
  return parent && parent !== Object.prototype
    ? [...inheritedFields(parent.constructor as DataClass), ...own]
    : [...own];
}

function field(schema: () => JsonSchema, { optional = false }: Presence, checks: Rule[]): PropertyDecorator {
  const present: Rule = ({ ValidateIf, IsDefined }) =>
    optional ? ValidateIf((_object, value) => value !== undefined) : IsDefined();
  return (target, property) => {
    const one = { name: String(property), optional, schema, rules: [present, ...checks] };
    fieldsOf.set(target, [...(fieldsOf.get(target) ?? []), one]);
  };
}

/** Decorates the fields of every data class that has been loaded for class-validator and class-transformer. To be called once, after the contracts are imported. */
export function tellClassValidator(libraries: Libraries): void {
  for (const [target, fields] of fieldsOf) {
    for (const { name, rules } of fields) for (const rule of rules) rule(libraries)(target, name);
  }
}

/** Neither NUL, which PostgreSQL cannot store, nor half a surrogate pair, which is no character and which UTF-8 cannot write. */
export const STORABLE = /^[^\u0000\ud800-\udfff]*$/u;

/**
 * A string of `min` (default 1) to `max` (default 200) characters that can be stored. Of a pattern only the source counts, read with
 * the flag u: JSON Schema knows no other.
 */
export function Text(options: Presence & { min?: number; max?: number; pattern?: RegExp } = {}): PropertyDecorator {
  const { min = 1, max = 200, pattern = STORABLE } = options;
  const schema = { type: 'string', minLength: min, maxLength: max, pattern: pattern.source };
  const unicode = new RegExp(pattern.source, 'u');
  return field(() => schema, options, [
    check(
      'isText',
      (value) => typeof value === 'string' && hasCharacters(value, min, max) && unicode.test(value),
      `${min} to ${max} characters that match ${pattern.source}`,
    ),
  ]);
}

/** One of a closed set of words. */
export function OneOf(words: readonly string[], options: Presence = {}): PropertyDecorator {
  return field(() => ({ type: 'string', enum: [...words] }), options, [
    ({ IsString }) => IsString(),
    ({ IsIn }) => IsIn([...words]),
  ]);
}

/** A safe integer from `min` (default 0) to `max` (default 2^53 - 1). */
export function Integer(options: Presence & { min?: number; max?: number } = {}): PropertyDecorator {
  const { min = 0, max = Number.MAX_SAFE_INTEGER } = options;
  return field(() => ({ type: 'integer', minimum: min, maximum: max }), options, [
    check('isInteger', (value) => Number.isInteger(value), `an integer from ${min} to ${max}`),
    ({ Min }) => Min(min),
    ({ Max }) => Max(max),
  ]);
}

/** A finite number from `min` to `max`. */
export function Numeric(options: Presence & { min: number; max: number }): PropertyDecorator {
  return field(() => ({ type: 'number', minimum: options.min, maximum: options.max }), options, [
    ({ IsNumber }) => IsNumber({ allowNaN: false, allowInfinity: false }),
    ({ Min }) => Min(options.min),
    ({ Max }) => Max(options.max),
  ]);
}

/** True or false. */
export function Flag(options: Presence = {}): PropertyDecorator {
  return field(() => ({ type: 'boolean' }), options, [({ IsBoolean }) => IsBoolean()]);
}

// Not the year 0, which JavaScript knows and PostgreSQL does not.
const timestamp = /^(?!0000)\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/;

/** A moment in UTC as `2026-02-28T09:30:00.000Z`: exactly what `Date.toISOString` prints, and a day that exists. */
export function Timestamp(options: Presence = {}): PropertyDecorator {
  return field(() => ({ type: 'string', format: 'utc-timestamp' }), options, [
    check('isUtcTimestamp', isUtcTimestamp, 'a UTC timestamp such as 2026-02-28T09:30:00.000Z'),
  ]);
}

/** Whether a value is a timestamp as `Timestamp` wants it (30 February is not one). Also ajv's format `utc-timestamp`. */
export function isUtcTimestamp(value: unknown): boolean {
  if (typeof value !== 'string' || !timestamp.test(value)) return false;
  // Every month has 28 days. To make a date and print it is most of what checking an annotation costs.
  if (value.slice(8, 10) <= '28') return true;
  const moment = new Date(value);
  return !Number.isNaN(moment.getTime()) && moment.toISOString() === value;
}

/** An object of another data class. */
export function Nested(dataClass: () => DataClass, options: Presence = {}): PropertyDecorator {
  return field(() => schemaOf(dataClass()), options, [
    check('isPlainObject', isPlainObject, 'an object'),
    ({ ValidateNested }) => ValidateNested(),
    ({ Type }) => Type(dataClass) as PropertyDecorator,
  ]);
}

/** An array of at most `max` objects of another data class. */
export function ListOf(
  dataClass: () => DataClass,
  options: Presence & { max: number; min?: number },
): PropertyDecorator {
  const { min = 0, max } = options;
  return field(() => ({ type: 'array', minItems: min, maxItems: max, items: schemaOf(dataClass()) }), options, [
    ({ IsArray }) => IsArray(),
    ({ ArrayMaxSize }) => ArrayMaxSize(max),
    check('hasMinItems', (value) => Array.isArray(value) && value.length >= min, `at least ${min} entries`),
    check('isArrayOfObjects', (value) => Array.isArray(value) && value.every(isPlainObject), 'objects'),
    ({ ValidateNested }) => ValidateNested({ each: true }),
    ({ Type }) => Type(dataClass) as PropertyDecorator,
  ]);
}

/** An array of at most `max` strings of 1 to 200 characters, no two the same where `unique`. */
export function Texts(options: Presence & { max: number; min?: number; unique?: boolean }): PropertyDecorator {
  const { min = 0, max, unique = true } = options;
  const isText = (value: unknown) => typeof value === 'string' && hasCharacters(value, 1, 200) && STORABLE.test(value);
  const schema = {
    type: 'array',
    minItems: min,
    maxItems: max,
    uniqueItems: unique,
    items: { type: 'string', minLength: 1, maxLength: 200, pattern: STORABLE.source },
  };
  return field(() => schema, options, [
    check(
      'areTexts',
      (value) =>
        Array.isArray(value) &&
        value.length >= min &&
        value.length <= max &&
        value.every(isText) &&
        (!unique || new Set(value).size === value.length),
      `${min} to ${max} ${unique ? 'different ' : ''}strings of 1 to 200 characters`,
    ),
  ]);
}

/** Any JSON object: what a tool says about an item, or labels by question, whose values the kind of the question checks. */
export function JsonObject(options: Presence = {}): PropertyDecorator {
  return field(() => ({ type: 'object' }), options, [check('isPlainObject', isPlainObject, 'an object')]);
}

/** Any JSON value but null: a label, whose kind checks it. */
export function AnyValue(options: Presence = {}): PropertyDecorator {
  return field(() => ({ not: { type: 'null' } }), options, [check('isNotNull', (value) => value !== null, 'a value')]);
}

function isPlainObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function check(name: string, verdict: (value: unknown) => boolean, expected: string): Rule {
  return ({ registerDecorator }) =>
    (target, property) =>
      registerDecorator({
        name,
        target: target.constructor,
        propertyName: String(property),
        validator: { validate: verdict, defaultMessage: () => `${String(property)} must be ${expected}` },
      });
}
