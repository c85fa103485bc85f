import { applyDecorators, SetMetadata } from '@nestjs/common';
import { ApiBody, ApiConsumes } from '@nestjs/swagger';
import { type DataClass, type JsonSchema, schemaOf } from '@assay/contracts/fields';

export const BODY = Symbol('assay.body');

export const JSON_TYPE = 'application/json';
export const NDJSON_TYPE = 'application/x-ndjson';

/** What a route takes as its body. */
export interface BodyDescription {
  /** Media types that are understood; `*` is any. */
  types: readonly string[];
  /** Most bytes. */
  limit: number;
  /** json: checked against `dataClass`; lines: `Line[]`, unchecked; bytes: a Buffer. */
  reading: { as: 'json'; dataClass: DataClass } | { as: 'lines'; most: number } | { as: 'bytes' };
}

const MEGABYTE = 1 << 20;

/** The route's `@Body()` is JSON by this class: an unknown field, or a wrong value, is answered with 422 before the method is called. */
export function AcceptsJson(dataClass: DataClass, options: { limit?: number } = {}) {
  const { limit = MEGABYTE } = options;
  return accepts(
    { types: [JSON_TYPE], limit, reading: { as: 'json', dataClass } },
    ApiBody({ schema: schemaOf(dataClass) }),
  );
}

/**
 * The route's `@Body()` is a `Line[]`: one JSON object, an array of them, or NDJSON, at most 10,000. Nothing is checked but that each
 * can be read: the outcome is each line's own.
 * @param schema of one of them, for OpenAPI.
 */
export function AcceptsLines(
  schema: JsonSchema,
  options: { most?: number; limit?: number; types?: readonly string[] } = {},
) {
  const { most = 10_000, limit = 32 * MEGABYTE, types = [JSON_TYPE, NDJSON_TYPE] } = options;
  return accepts(
    { types, limit, reading: { as: 'lines', most } },
    ApiBody({ schema: { oneOf: [schema, { type: 'array', maxItems: most, items: schema }] } }),
  );
}

/**
 * The route's `@Body()` is a Buffer, for what is signed or read by the route itself.
 * @param schema of the body, for OpenAPI.
 */
export function AcceptsBytes(types: readonly string[], options: { limit?: number; schema?: JsonSchema } = {}) {
  const { limit = MEGABYTE, schema = { type: 'string', format: 'binary' } } = options;
  return accepts({ types, limit, reading: { as: 'bytes' } }, ApiBody({ schema }));
}

function accepts(description: BodyDescription, body: MethodDecorator): MethodDecorator {
  return applyDecorators(SetMetadata(BODY, description), ApiConsumes(...description.types), body);
}
