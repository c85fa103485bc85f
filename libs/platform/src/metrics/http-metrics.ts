import { type IncomingMessage, type ServerResponse } from 'node:http';
import { Histogram, type Registry } from 'prom-client';
import { type HttpRequest } from '../http/http-request';

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** Times every request of a service; by the pattern of its route, never by its URL, which has names in it. */
export function httpMetrics(
  registry: Registry,
): (request: IncomingMessage, response: ServerResponse, next: () => void) => void {
  const duration = new Histogram({
    name: 'assay_http_request_duration_seconds',
    help: 'Time from the first byte of a request to the last of its answer, by route and class of status.',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.025, 0.1, 0.5, 2.5],
    registers: [registry],
  });
  return (request, response, next) => {
    const stop = duration.startTimer();
    response.once('close', () => {
      stop({
        method: METHODS.has(request.method ?? '') ? request.method : 'other',
        route: routeOf(request as HttpRequest),
        // A client that went away has no status.
        status: response.writableEnded ? `${Math.floor(response.statusCode / 100)}xx` : 'aborted',
      });
    });
    next();
  };
}

/** What matches every path is Nest's middleware, not a route. */
function routeOf({ route }: HttpRequest): string {
  return route === undefined || route.path.includes('*') ? 'none' : route.path;
}
