import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { type Observable } from 'rxjs';
import { checkFields } from '@assay/contracts/check-fields';
import { type DataClass } from '@assay/contracts/fields';
import { BODY, type BodyDescription, NDJSON_TYPE } from './accepts';
import { type HttpRequest } from './http-request';
import { parseJson } from './parse-json';
import { invalid, Problem } from './problem';
import { readBody } from './read-body';
import { readLines } from './read-lines';

/** A route that describes no body takes none, and reads no more than this of one. */
const NO_BODY: BodyDescription = { types: ['*'], limit: 0, reading: { as: 'bytes' } };

/** Reads the body as the route's decorator says: after the guard, so that nobody without a credential has anything read. */
@Injectable()
export class BodyInterceptor implements NestInterceptor {
  constructor(private readonly reflector: Reflector) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    if (context.getType() !== 'http') return next.handle();
    const request = context.switchToHttp().getRequest<HttpRequest>();
    const description = this.reflector.get<BodyDescription | undefined>(BODY, context.getHandler()) ?? NO_BODY;
    const hasBody = request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length']) > 0;
    const type = hasBody ? mediaType(request, description) : '';
    request.bytes = hasBody ? await readBody(request, description.limit) : Buffer.alloc(0);
    request.body = bodyOf(request.bytes, type, description);
    return next.handle();
  }
}

function mediaType(request: HttpRequest, { types }: BodyDescription): string {
  const [type = ''] = (request.headers['content-type'] ?? '').split(';');
  const name = type.trim().toLowerCase();
  if (types.includes(name) || types.includes('*')) return name;
  throw new Problem('unsupported_media_type', `content-type "${name}": expected ${types.join(' or ')}`);
}

function bodyOf(bytes: Buffer, type: string, { reading }: BodyDescription): unknown {
  switch (reading.as) {
    case 'json':
      return checkedBody(bytes, reading.dataClass);
    case 'lines':
      return readLines(bytes, type === NDJSON_TYPE || bytes.length === 0, reading.most);
    case 'bytes':
      return bytes;
  }
}

function checkedBody(bytes: Buffer, dataClass: DataClass): unknown {
  const parsed = parseJson(bytes);
  if (parsed.type === 'unreadable') throw new Problem('malformed', `body: expected ${parsed.expected}`);
  const errors = checkFields(dataClass, parsed.value);
  if (errors.length > 0) throw invalid(errors);
  return parsed.value;
}
