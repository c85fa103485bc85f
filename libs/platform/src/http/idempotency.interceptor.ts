import { createHash } from 'node:crypto';
import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor, SetMetadata } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { lastValueFrom, type Observable, of } from 'rxjs';
import { Transactions } from '../transport/transactions';
import { type HttpRequest, type HttpResponse } from './http-request';
import { claimKey, keepAnswer, type KeptAnswer } from './idempotency.queries';
import { Problem } from './problem';

const SECRET_FIELD = Symbol('assay.secret-field');

/** Of a route whose answer has a secret in this field: an answer that is given again has null there. */
export function SecretAnswer(field: string) {
  return SetMetadata(SECRET_FIELD, field);
}

/** Headers of an answer that are given again. */
const KEPT_HEADERS = ['etag', 'location', 'link', 'assay-reason'];

/**
 * `Idempotency-Key` on every POST: the method runs in one transaction with the row that keeps its answer, so that there is one effect and one
 * answer, whether the request comes again later, at the same time, or after a crash. What is refused is not kept.
 */
@Injectable()
export class IdempotencyInterceptor implements NestInterceptor {
  constructor(
    private readonly reflector: Reflector,
    private readonly transactions: Transactions,
  ) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    if (context.getType() !== 'http') return next.handle();
    const request = context.switchToHttp().getRequest<HttpRequest>();
    const response = context.switchToHttp().getResponse<HttpResponse>();
    const key = request.headers['idempotency-key'];
    if (request.method !== 'POST' || key === undefined) return next.handle();
    if (typeof key !== 'string' || !/^[\x21-\x7e]{1,255}$/.test(key)) {
      throw new Problem('malformed', 'idempotency-key: expected 1 to 255 visible ASCII characters');
    }
    const secret = this.reflector.get<string | undefined>(SECRET_FIELD, context.getHandler());
    const answer = await this.once(request, key, secret, async () => {
      const body: unknown = await lastValueFrom(next.handle(), { defaultValue: undefined });
      return { status: response.statusCode, headers: keptHeaders(response), body };
    });
    for (const [name, value] of Object.entries(answer.headers)) response.setHeader(name, value);
    response.status(answer.status);
    return of(answer.body ?? undefined);
  }

  /** The answer of `handle`, or the one that was given to this request before. */
  private async once(
    request: HttpRequest,
    key: string,
    secret: string | undefined,
    handle: () => Promise<KeptAnswer>,
  ): Promise<KeptAnswer> {
    const caller = request.caller?.holder ?? '';
    const hash = hashOf(request);
    return this.transactions.run(async (tx) => {
      const kept = await claimKey(tx.manager, caller, key, hash);
      if (kept && !kept.request_hash.equals(hash)) {
        throw new Problem(
          'idempotency_conflict',
          'idempotency-key: expected the request that it was used for, or a new key',
        );
      }
      if (kept) return kept;
      const answer = await handle();
      await keepAnswer(tx.manager, caller, key, { ...answer, body: withoutSecret(answer.body, secret) });
      return answer;
    });
  }
}

function hashOf({ method, originalUrl, headers, bytes }: HttpRequest): Buffer {
  const parts = JSON.stringify([method, originalUrl, headers['content-type'] ?? '']);
  return createHash('sha256')
    .update(parts)
    .update(bytes ?? '')
    .digest();
}

function keptHeaders(response: HttpResponse): Record<string, string> {
  const kept = KEPT_HEADERS.filter((name) => response.hasHeader(name));
  return Object.fromEntries(kept.map((name) => [name, String(response.getHeader(name))]));
}

function withoutSecret(body: unknown, field: string | undefined): unknown {
  return field === undefined || typeof body !== 'object' || body === null ? body : { ...body, [field]: null };
}
