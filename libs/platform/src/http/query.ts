import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { ApiQuery } from '@nestjs/swagger';
import { checkFields } from '@assay/contracts/check-fields';
import { type DataClass, type JsonSchema, schemaOf } from '@assay/contracts/fields';
import { type HttpRequest } from './http-request';
import { invalid } from './problem';

const checkedQuery = createParamDecorator((dataClass: DataClass, context: ExecutionContext) =>
  readQuery(dataClass, context.switchToHttp().getRequest<HttpRequest>().query),
);

/** The query as an object of a class: an unknown or a bad parameter is answered with 422. */
export function CheckedQuery(dataClass: DataClass): ParameterDecorator {
  return (target, method, index) => {
    checkedQuery(dataClass)(target, method, index);
    const { properties, required } = schemaOf(dataClass) as {
      properties: Record<string, JsonSchema>;
      required: string[];
    };
    const descriptor = Object.getOwnPropertyDescriptor(target, method!)!;
    for (const [name, schema] of Object.entries(properties)) {
      ApiQuery({ name, schema, required: required.includes(name) })(target, method!, descriptor);
    }
  };
}

/**
 * Reads a query by a class: numbers and truth values from their text, an empty parameter as absent.
 * @throws Problem `invalid`.
 */
export function readQuery<T extends object>(dataClass: DataClass<T>, query: HttpRequest['query']): T {
  const properties = schemaOf(dataClass)['properties'] as Record<string, JsonSchema>;
  const entries = Object.entries(query).filter(([, text]) => text !== '');
  const value = Object.fromEntries(entries.map(([name, text]) => [name, valueOf(properties[name], text)]));
  const errors = checkFields(dataClass, value);
  if (errors.length > 0) throw invalid(errors, 'the query has errors');
  return value as T;
}

function valueOf(schema: JsonSchema | undefined, text: unknown): unknown {
  if (typeof text !== 'string' || schema === undefined) return text;
  if (schema['type'] === 'boolean') return text === 'true' ? true : text === 'false' ? false : text;
  const isNumber = schema['type'] === 'integer' || schema['type'] === 'number';
  return isNumber && /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
}
