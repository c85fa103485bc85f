import { createServer, type Server, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import { AggregatorRegistry, type Registry } from 'prom-client';

/** A service as its health and metrics are seen. */
export interface Monitored {
  name: string;
  registry: Registry;
  /** It can accept requests. */
  isReady(): Promise<boolean>;
  /** It need not be started anew. */
  isAlive(): boolean;
}

/** What the monitor's server shows of a process. */
export interface Monitor {
  /** Every service of this process has started: configured, its schema's version fits, PostgreSQL was reached. */
  isStarted(): boolean;
  services(): readonly Monitored[];
  /** Of the process itself. */
  registry: Registry;
}

/**
 * Serves `/metrics` and `/health/live`, `/health/ready`, `/health/startup` on a port of their own, for one service or for several in one
 * process. The answers name services and nothing else: there is no credential here.
 * @param port 0 for any that is free.
 */
export async function startMonitorServer(monitor: Monitor, host: string, port: number): Promise<Server> {
  const server = createServer((request, response) => {
    answer(monitor, request.url ?? '', response).catch(() => send(response, 500, { status: 'error' }));
  });
  server.listen(port, host);
  await once(server, 'listening');
  return server;
}

async function answer(monitor: Monitor, url: string, response: ServerResponse): Promise<void> {
  switch (url.split('?', 1)[0]) {
    case '/metrics': {
      const text = await metricsText(monitor);
      response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }).end(text);
      return;
    }
    case '/health/startup':
      return send(response, monitor.isStarted() ? 200 : 503, { status: monitor.isStarted() ? 'ok' : 'starting' });
    case '/health/live':
      return sendHealth(response, monitor.services(), (service) => service.isAlive());
    case '/health/ready':
      if (!monitor.isStarted()) return send(response, 503, { status: 'starting' });
      return sendHealth(response, monitor.services(), (service) => service.isReady());
    default:
      return send(response, 404, { status: 'no such path' });
  }
}

/** The metrics of the process and of all its services, each with its `service` label. */
async function metricsText({ registry, services }: Monitor): Promise<string> {
  const registries = [registry, ...services().map((service) => service.registry)];
  const all = await Promise.all(registries.map((one) => one.getMetricsAsJSON()));
  return AggregatorRegistry.aggregate(all).metrics();
}

async function sendHealth(
  response: ServerResponse,
  services: readonly Monitored[],
  isWell: (service: Monitored) => boolean | Promise<boolean>,
): Promise<void> {
  const verdicts = await Promise.all(services.map(async (service) => [service.name, await isWell(service)] as const));
  const allWell = verdicts.every(([, well]) => well);
  send(response, allWell ? 200 : 503, { status: allWell ? 'ok' : 'failing', services: Object.fromEntries(verdicts) });
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
