import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException } from '@nestjs/common';
import { type Logger } from 'pino';
import { LogUnavailable } from '../event-log/event-log';
import { isTransient } from '../postgres/transient-error';
import { type HttpRequest, type HttpResponse } from './http-request';
import { Problem } from './problem';

/** Writes whatever went wrong as a problem. What nobody expected is logged, and the caller learns no more than that. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly logger: Pick<Logger, 'error'>) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<HttpRequest>();
    const response = host.switchToHttp().getResponse<HttpResponse>();
    const problem = problemOf(error);
    if (problem.status >= 500) {
      this.logger.error({ err: error, method: request.method, route: request.route?.path }, 'request failed');
    }
    writeProblem(response, problem);
  }
}

/** Answers with a problem; ends the connection where the answer has begun already. */
export function writeProblem(response: HttpResponse, problem: Problem): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  for (const [name, value] of Object.entries(problem.headers)) response.setHeader(name, value);
  const body = Buffer.from(JSON.stringify(problem.body()));
  response.writeHead(problem.status, { 'content-type': 'application/problem+json', 'content-length': body.length });
  response.end(body);
}

/** The problem that an error is to its caller. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  // Nest's own: a path without a route (404), a path that cannot be decoded (400).
  if (error instanceof HttpException && error.getStatus() === 404) return new Problem('not_found', 'no such route');
  if (error instanceof HttpException && error.getStatus() < 500) return new Problem('malformed', error.message);
  if (isTransient(error)) {
    const what = error instanceof LogUnavailable ? 'event log' : 'database';
    return new Problem('unavailable', `the ${what} is not reachable: try again`, undefined, { 'retry-after': '5' });
  }
  return new Problem('internal', 'unexpected: the log of the service says more');
}
