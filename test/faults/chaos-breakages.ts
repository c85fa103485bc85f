import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../support/eventually';
import { killTree } from '../support/process-tree';
import { type ServiceName, type ServiceProcess } from '../support/service-processes';
import { type TcpProxy } from '../support/tcp-proxy';
import { type Break, type Breakage } from './chaos-schedule';
import { type FaultSystem } from './fault-system';

/** What Kubernetes would give a service between SIGTERM and kill -9 (deploy), and what a stopped one cannot use of it. */
const GRACE_MS = 45_000 + 15_000;
const SLOW_MS = { kafka: 500, postgres: 100 };

/** Breaks things of a system, and mends each again after its while. */
export class Breakages {
  /** What must not have happened: a service that ended by itself, or did not end when asked. */
  readonly problems: string[] = [];
  /** How often each thing was broken. */
  readonly counts = new Map<string, number>();
  private readonly asked = new Set<ServiceProcess>();

  constructor(private readonly system: FaultSystem) {
    for (const one of system.services.running) this.watch(one);
  }

  /** Settles when it is mended. */
  async happen({ breakage, lasts }: Pick<Break, 'breakage' | 'lasts'>): Promise<void> {
    const words = wordsOf(breakage);
    this.counts.set(words, (this.counts.get(words) ?? 0) + 1);
    switch (breakage.type) {
      case 'ended':
        return this.endOne(breakage, lasts);
      case 'stopped':
        return this.stopOne(breakage, lasts);
      case 'joined': {
        const one = await this.start(breakage.service, {});
        await sleep(lasts);
        return this.end(one, breakage.signal);
      }
      case 'line':
        return this.spoil(breakage, lasts);
      case 'broker':
        return this.breakBroker(breakage.state, lasts);
      case 'database': {
        const { postgres } = this.system.services;
        const before = postgres.pid();
        killTree(before);
        return void (await eventually(() => postgres.pid() !== before, 'PostgreSQL again', 60_000));
      }
      default:
        return assertNever(breakage);
    }
  }

  private async endOne({ service, which, signal }: Breakage & { type: 'ended' }, lasts: number): Promise<void> {
    const one = this.pick(service, which);
    if (one) await this.end(one, signal);
    await sleep(lasts);
    // One that had joined is not missed.
    if (!one?.isSpecial) await this.start(service);
  }

  private async stopOne({ service, which }: Breakage & { type: 'stopped' }, lasts: number): Promise<void> {
    const one = this.pick(service, which);
    one?.signal('SIGSTOP');
    await sleep(lasts);
    one?.signal('SIGCONT');
  }

  private pick(service: ServiceName, which: number): ServiceProcess | undefined {
    const all = this.system.services.of(service);
    return all[which % all.length];
  }

  private async spoil({ to, state }: Breakage & { type: 'line' }, lasts: number): Promise<void> {
    const line: TcpProxy = to === 'kafka' ? this.system.kafkaLine : this.system.postgresLine;
    if (state === 'cut') line.cut();
    else if (state === 'hung') line.hang();
    else line.slow(SLOW_MS[to]);
    await sleep(lasts);
    line.open();
  }

  private async breakBroker(state: 'killed' | 'stopped', lasts: number): Promise<void> {
    const { broker } = this.system;
    if (state === 'killed') await broker.kill();
    else process.kill(broker.pid!, 'SIGSTOP');
    await sleep(lasts);
    if (state === 'killed') await broker.restart();
    else process.kill(broker.pid!, 'SIGCONT');
  }

  private async end(one: ServiceProcess, signal: NodeJS.Signals): Promise<void> {
    this.asked.add(one);
    const code = await Promise.race([this.system.services.end(one, signal), sleep(GRACE_MS).then(() => 'late')]);
    if (code !== 'late') return;
    this.problems.push(`I8: ${one.service} ${one.pid} did not end within ${GRACE_MS / 1000} s of ${signal}`);
    await this.system.services.end(one);
  }

  /** Starts an instance, again and again where what it needs is not there yet, as whoever runs services does. */
  private async start(service: ServiceName, environment?: Record<string, string>): Promise<ServiceProcess> {
    const { services } = this.system;
    for (let attempt = 1; ; attempt++) {
      const before = services.launched.length;
      try {
        const one = await services.start(service, environment);
        this.watch(one);
        return one;
      } catch (error) {
        if (attempt === 20) throw error;
        const { message } = error as Error;
        console.error(`${service} is started again: ${/assay: .*/.exec(message)?.[0] ?? message.slice(-200)}`);
        for (const one of services.launched.slice(before)) {
          if (one.service === service && !/Assay listens on/.test(one.said())) await services.end(one);
        }
        await sleep(1_000);
      }
    }
  }

  /** What lives must not end by itself, whatever it has lost. */
  private watch(one: ServiceProcess): void {
    void one.ended.then((code) => {
      if (this.asked.has(one)) return;
      this.problems.push(`I8: ${one.service} ${one.pid} ended by itself (${code}): ${one.said().slice(-500)}`);
    });
  }
}

/** What is broken, in words, without the place. */
export function wordsOf(breakage: Breakage): string {
  switch (breakage.type) {
    case 'ended':
      return breakage.signal === 'SIGKILL' ? 'kill -9 of a service' : 'SIGTERM of a service';
    case 'stopped':
      return 'service stopped';
    case 'joined':
      return 'extra instance';
    case 'line':
      return `line to ${breakage.to === 'kafka' ? 'Kafka' : 'PostgreSQL'} ${breakage.state}`;
    case 'broker':
      return `broker ${breakage.state}`;
    case 'database':
      return 'PostgreSQL killed';
    default:
      return assertNever(breakage);
  }
}

function assertNever(breakage: never): never {
  throw new Error(`breakage ${JSON.stringify(breakage)}`);
}
