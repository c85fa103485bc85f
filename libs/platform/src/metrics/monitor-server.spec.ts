import { type Server } from 'node:http';
import { Counter, Registry } from 'prom-client';
import request from 'supertest';
import { type Monitor, type Monitored, startMonitorServer } from './monitor-server';
import { processMetrics, type ProcessMetrics } from './process-registry';

let isStarted: boolean;
let ready: Record<string, boolean>;
let alive: Record<string, boolean>;
let server: Server;
let ofProcess: ProcessMetrics;

function aService(name: string): Monitored {
  const registry = new Registry();
  registry.setDefaultLabels({ service: name });
  new Counter({ name: 'assay_test_total', help: 'A test.', registers: [registry] }).inc(name.length);
  return { name, registry, isReady: () => Promise.resolve(ready[name]!), isAlive: () => alive[name]! };
}

beforeAll(async () => {
  ofProcess = processMetrics('1.2.3');
  const services = [aService('ingestion'), aService('consensus')];
  const monitor: Monitor = { registry: ofProcess.registry, isStarted: () => isStarted, services: () => services };
  server = await startMonitorServer(monitor, '127.0.0.1', 0);
});

beforeEach(() => {
  isStarted = true;
  ready = { ingestion: true, consensus: true };
  alive = { ingestion: true, consensus: true };
});

afterAll(() => {
  ofProcess.stop();
  server.close();
});

describe('health', () => {
  it('is well where all services are', async () => {
    for (const path of ['startup', 'live', 'ready']) {
      expect((await request(server).get(`/health/${path}`)).status).toBe(200);
    }
  });

  it('is alive but neither started nor ready until every service has started', async () => {
    isStarted = false;
    expect((await request(server).get('/health/startup')).status).toBe(503);
    expect((await request(server).get('/health/ready')).status).toBe(503);
    expect((await request(server).get('/health/live')).status).toBe(200);
  });

  it('is not ready where one service is not, and alive all the same', async () => {
    ready['consensus'] = false;
    const answer = await request(server).get('/health/ready');
    expect(answer.status).toBe(503);
    expect(answer.body).toEqual({ status: 'failing', services: { ingestion: true, consensus: false } });
    expect((await request(server).get('/health/live')).status).toBe(200);
  });

  it('is dead where one service is', async () => {
    alive['ingestion'] = false;
    expect((await request(server).get('/health/live')).status).toBe(503);
  });

  it('knows no other path', async () => {
    expect((await request(server).get('/')).status).toBe(404);
    expect((await request(server).get('//')).status).toBe(404);
  });
});

describe('metrics', () => {
  it('are those of all services, told apart by a label, and of the process once', async () => {
    const { text } = await request(server).get('/metrics');
    expect(text).toContain('assay_test_total{service="ingestion"} 9');
    expect(text).toContain('assay_test_total{service="consensus"} 9');
    expect(text).toContain(`assay_build_info{version="1.2.3",node="${process.version}"} 1`);
    expect(text.match(/^# TYPE assay_test_total counter$/gm)).toHaveLength(1);
    expect(text).toMatch(/^assay_event_loop_lag_seconds\{quantile="0.99"\} \d/m);
  });
});
