import { type INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { type ProblemCode, PROBLEMS } from '../http/problem';
import { type Route } from '../security/routes';
import { VERSION } from '../version';
import { PROBLEM_SCHEMA } from './problem-schema';

/** An operation of the document, as far as this file adds to it. */
interface Operation {
  parameters?: { in: string }[];
  requestBody?: unknown;
  responses: Record<string, unknown>;
  security?: unknown;
  'x-assay-roles'?: readonly string[];
}

/**
 * The OpenAPI 3.1 document of a service: from the controllers' decorators, with the roles and the problems of every route, as the guard and the
 * filter have them.
 */
export function openApiOf(app: INestApplication, service: string, routes: readonly Route[]): OpenAPIObject {
  const config = new DocumentBuilder()
    .setTitle(`Assay: ${service}`)
    .setVersion(VERSION)
    .setOpenAPIVersion('3.1.0')
    .addBearerAuth(
      { type: 'http', scheme: 'bearer', description: 'A key assay_<id>_<secret>, or an OIDC token' },
      'bearer',
    )
    .build();
  const document = SwaggerModule.createDocument(app, config, {
    operationIdFactory: (controller, method) => `${service}.${controller.replace(/Controller$/, '')}.${method}`,
  });
  for (const { method, path, roles } of routes) {
    const operations = document.paths[path] as unknown as Record<string, Operation> | undefined;
    const operation = operations?.[method.toLowerCase()];
    if (operation === undefined) throw new Error(`route ${method} ${path} is not in OpenAPI: expected every route`);
    operation['x-assay-roles'] = roles;
    operation.security = [{ bearer: [] }];
    Object.assign(operation.responses, problemResponses(operation));
  }
  document.components = {
    ...document.components,
    schemas: { ...document.components?.schemas, Problem: PROBLEM_SCHEMA },
  };
  return document;
}

/** One document of several services, for the one front of a process. */
export function mergeOpenApi(documents: readonly OpenAPIObject[]): OpenAPIObject {
  const [first] = documents;
  if (first === undefined) throw new Error('no documents: expected that of at least one service');
  return {
    ...first,
    info: { ...first.info, title: 'Assay' },
    paths: Object.assign({}, ...documents.map(({ paths }) => paths)) as OpenAPIObject['paths'],
    components: {
      ...first.components,
      schemas: Object.assign({}, ...documents.map(({ components }) => components?.schemas)) as Record<string, never>,
    },
  };
}

function problemResponses({ parameters = [], requestBody }: Operation): Record<string, unknown> {
  const codes: ProblemCode[] = [
    'malformed',
    'unauthenticated',
    'forbidden',
    'too_many_requests',
    'internal',
    'unavailable',
  ];
  if (parameters.some((parameter) => parameter.in === 'path')) codes.push('not_found');
  if (requestBody !== undefined) codes.push('too_large', 'unsupported_media_type');
  if (requestBody !== undefined || parameters.some((parameter) => parameter.in === 'query')) codes.push('invalid');
  return Object.fromEntries(codes.map((code) => [PROBLEMS[code].status, response(PROBLEMS[code].title)]));
}

function response(description: string): object {
  return { description, content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } } };
}
