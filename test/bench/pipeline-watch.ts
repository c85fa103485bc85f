// What the stages of the pipeline bench are measured by. Linux only.
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Client, type Pool } from 'pg';
import { type StageOrder, type StageResult } from './pipeline-order';

/** Watches a count grow: from its first growth until all annotations are in it. */
export class Watch {
  private error: Error | undefined;

  constructor(
    private readonly order: StageOrder,
    private readonly count: () => number,
  ) {}

  fail(error: Error): void {
    this.error = error;
  }

  async result(): Promise<StageResult> {
    const { annotations, adminUrl } = this.order;
    const client = new Client(adminUrl);
    await client.connect();
    const until = async (isThere: () => boolean) => {
      while (!isThere()) {
        if (this.error) throw this.error;
        await sleep(10);
      }
    };
    await until(() => this.count() > 0);
    const before = {
      count: this.count(),
      at: performance.now(),
      node: process.cpuUsage(),
      postgres: await workOf(client),
    };
    await until(() => this.count() >= annotations);
    const seconds = (performance.now() - before.at) / 1000;
    const { user, system } = process.cpuUsage(before.node);
    const postgresSeconds = (await workOf(client)) - before.postgres;
    await client.end();
    const handled = annotations - before.count;
    const nodeSeconds = (user + system) / 1e6;
    return { annotations: handled, seconds, nodeSeconds, postgresSeconds, resident: mostResident() };
  }
}

/** The most resident memory that this process had, in bytes. */
export function mostResident(): number {
  return process.resourceUsage().maxRSS * 1024;
}

/** Memory that is still in use when the garbage is collected, in bytes: V8 lets it pile up while there is room for it. */
export function memoryInUse(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** Seconds of the processor that PostgreSQL has used: its first process and all that this started, those that ended too. */
export async function workOf(client: Client | Pool): Promise<number> {
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
  const first = statOf(rows[0]!.pid).parent;
  const { own, ended } = statOf(first);
  const running = readFileSync(`/proc/${first}/task/${first}/children`, 'utf8').trim().split(' ');
  return running.reduce((sum, pid) => sum + statOf(Number(pid)).own, own + ended);
}

/** A process by proc_pid_stat(5): who started it, and seconds of the processor, its own and those of children that ended. */
function statOf(pid: number): { parent: number; own: number; ended: number } {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  const seconds = (at: number) => (fields[at]! + fields[at + 1]!) / 100;
  return { parent: fields[1]!, own: seconds(11), ended: seconds(13) };
}
