import fc from 'fast-check';
import { type JsonSchema, STORABLE } from '../../libs/contracts/src/fields';

/** Anything that JSON can write and that has surprised a validator before. */
export const odd: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    '',
    0,
    1.5,
    1e21,
    -1,
    true,
    [],
    {},
    '2026-02-30T00:00:00.000Z',
    '0000-01-01T00:00:00.000Z',
    '\u0000',
    '\ud800',
    '1',
    '❤️'.repeat(100),
    '❤️'.repeat(101),
    [null],
    [[]],
    [''],
    { a: 1 },
    { constructor: 1 },
  ),
  fc.jsonValue({ maxDepth: 2 }),
);

/** Texts that surprise, and graphemes of several code points around the limits of 63, 64 and 200. */
const oddText = fc.oneof(
  fc.constantFrom('', 'é', '😀', 'x'.repeat(200), '😀'.repeat(200), 'x'.repeat(201)),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc
    .tuple(fc.constantFrom('❤️', 'e\u0301', '😀'), fc.integer({ min: 30, max: 202 }))
    .map(([grapheme, count]) => grapheme.repeat(count)),
);

function textOf(schema: JsonSchema): fc.Arbitrary<string> {
  const [min, max] = [schema['minLength'] as number, schema['maxLength'] as number];
  if (schema['pattern'] === STORABLE.source) {
    return fc.string({ unit: 'grapheme-composite', minLength: min, maxLength: Math.min(max, 20) });
  }
  return fc
    .stringMatching(new RegExp(schema['pattern'] as string, 'u'))
    .filter((text) => text.length >= min && text.length <= max);
}

/** Mostly what the schema lets through. */
function valueOf(schema: JsonSchema): fc.Arbitrary<unknown> {
  if (schema['enum']) return fc.constantFrom(...(schema['enum'] as unknown[]));
  if (schema['format'] === 'utc-timestamp') {
    return fc
      .date({ noInvalidDate: true, min: new Date('0001-01-01'), max: new Date('9999-01-01') })
      .map((date) => date.toISOString());
  }
  const [min, max] = [(schema['minimum'] ?? 0) as number, (schema['maximum'] ?? 1) as number];
  switch (schema['type']) {
    case 'string':
      return fc.oneof({ weight: 30, arbitrary: textOf(schema) }, oddText);
    case 'integer':
      return fc.oneof(fc.integer({ min, max: Math.min(max, min + 5) }), fc.constantFrom(min, max));
    case 'number':
      return fc.double({ min, max, noNaN: true });
    case 'boolean':
      return fc.boolean();
    case 'array': {
      const least = (schema['minItems'] ?? 0) as number;
      const entries = fc.array(valueOf(schema['items'] as JsonSchema), { minLength: least, maxLength: least + 3 });
      return fc.oneof(
        { weight: 9, arbitrary: entries },
        entries.map((list) => [...list, ...list.slice(0, 1)]),
      );
    }
    case 'object':
      return schema['properties'] ? objectOf(schema) : fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 1 }));
    default:
      return odd;
  }
}

function objectOf(schema: JsonSchema): fc.Arbitrary<object> {
  const properties = schema['properties'] as Record<string, JsonSchema>;
  const required = schema['required'] as string[];
  return fc.record(Object.fromEntries(Object.entries(properties).map(([name, field]) => [name, valueOf(field)])), {
    requiredKeys: required,
  });
}

/** A value of the schema in which up to two fields, at any depth, are made odd, left out or added; as it comes over the wire. */
export function nearly(schema: JsonSchema): fc.Arbitrary<unknown> {
  const change = fc.record({ place: fc.nat(), name: fc.nat(), value: odd, isGone: fc.boolean() });
  return fc.tuple(objectOf(schema), fc.array(change, { maxLength: 2 })).map(([value, changes]) => {
    const changed = JSON.parse(JSON.stringify(value)) as object;
    for (const { place, name, value: shared, isGone } of changes) {
      // A copy: fast-check hands out the same object again, and one put into itself would have no end.
      const strange = structuredClone(shared);
      const places = placesIn(changed);
      const target = places[place % places.length] as Record<string, unknown>;
      const names = [...Object.keys(target), 'unheardOf', 'constructor', 'toString', '__proto__'];
      const chosen = names[name % names.length]!;
      if (isGone) delete target[chosen];
      // Assigning to __proto__ would not make the field that JSON.parse makes.
      else
        Object.defineProperty(target, chosen, { value: strange, enumerable: true, configurable: true, writable: true });
    }
    return JSON.parse(JSON.stringify(changed)) as unknown;
  });
}

/** The value itself and every object and array in it. */
function placesIn(value: unknown): object[] {
  if (typeof value !== 'object' || value === null) return [];
  return [value, ...Object.values(value).flatMap(placesIn)];
}
