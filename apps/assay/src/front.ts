import { createServer, type RequestListener, type Server } from 'node:http';

/** What a service owns of the paths. */
export interface OwnedPaths {
  name: string;
  /** First segments after `/v1`. */
  prefixes: readonly string[];
}

/** What the front needs of a service: what it owns, and how it answers. */
export interface FrontedService extends OwnedPaths {
  handle: RequestListener;
}

/** Whose a path is: the first segment after `/v1` names the owner, and `/v1/ops/<service>` its operations. */
export function ownerOf<S extends OwnedPaths>(services: readonly S[], path: string): S | undefined {
  const [, version, first = '', second = ''] = path.split(/[/?]/, 4);
  if (version !== 'v1') return undefined;
  return services.find(({ name, prefixes }) => (first === 'ops' ? name === second : prefixes.includes(first)));
}

/** One HTTP server before all services of a process, as a gateway would be. Whatever nobody owns goes to `otherwise`. */
export function frontServer(services: readonly FrontedService[], otherwise: RequestListener): Server {
  return createServer((request, response) => {
    const handle = ownerOf(services, request.url ?? '')?.handle ?? otherwise;
    handle(request, response);
  });
}
