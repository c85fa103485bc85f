import { createServer, type RequestListener, type Server } from 'node:http';

/** What the front needs of a service: what it owns, and how it answers. */
export interface FrontedService {
  name: string;
  /** First segments after `/v1`. */
  prefixes: readonly string[];
  handle: RequestListener;
}

/**
 * One HTTP server before all services of a process, as a gateway would be: the first segment after `/v1` names the owner, and
 * `/v1/ops/<service>` its operations. Whatever nobody owns goes to `otherwise`.
 */
export function frontServer(services: readonly FrontedService[], otherwise: RequestListener): Server {
  const owners = new Map(
    services.flatMap((service) => service.prefixes.map((prefix) => [prefix, service.handle] as const)),
  );
  const operations = new Map(services.map((service) => [service.name, service.handle]));
  return createServer((request, response) => {
    const [, version, first = '', second = ''] = (request.url ?? '').split(/[/?]/, 4);
    const handle = version !== 'v1' ? undefined : first === 'ops' ? operations.get(second) : owners.get(first);
    (handle ?? otherwise)(request, response);
  });
}
