import { setTimeout as sleep } from 'node:timers/promises';
import { CliError, EXIT } from './cli-error';
import { type Client } from './client';
import { type Output } from './output';

const LOOK_MS = 50;
/** Without any progress for so long, waiting has no point. */
const PATIENCE_MS = 60_000;

/** Services that read what ingestion publishes. */
export const READERS = ['consensus'] as const;

interface Offsets {
  offsets: { lag: number }[];
}

interface Waiting {
  annotations: { waiting: number };
}

/** What is not done yet, by name; all zero at rest. */
interface Unrest {
  waiting: number;
  unpublished: number;
  unread: number;
  behind: number;
  parked: number;
}

/**
 * Waits until a project is at rest: everything that came in is published, read, decided by the newest policy, and nothing is parked.
 * @throws CliError 1 where nothing moves any more and it is not at rest, saying what is left.
 */
export async function settle(client: Client, project: string, output: Output): Promise<void> {
  let last = '';
  let lastMoved = performance.now();
  for (;;) {
    const unrest = await unrestOf(client, project);
    const left = Object.entries(unrest).filter(([, count]) => count > 0);
    if (left.length === 0) return;
    const words = left.map(([name, count]) => `${count} ${name}`).join(', ');
    if (words !== last) lastMoved = performance.now();
    last = words;
    if (performance.now() - lastMoved > PATIENCE_MS) {
      throw new CliError(
        EXIT.failure,
        `project ${project} does not come to rest: ${words}, without a change for ${PATIENCE_MS / 1000} s`,
      );
    }
    output.progress(`settling: ${words}`);
    await sleep(LOOK_MS);
  }
}

async function unrestOf(client: Client, project: string): Promise<Unrest> {
  // In the order in which an event goes: what was seen to be empty is filled by nobody behind it.
  const unrest: Unrest = { waiting: 0, unpublished: 0, unread: 0, behind: 0, parked: 0 };
  unrest.unread += await unreadBy(client, 'ingestion');
  unrest.waiting += (await client.get<Waiting>(`/v1/projects/${project}/intake`)).annotations.waiting;
  unrest.unpublished += await unpublishedBy(client, 'ingestion');
  for (const service of READERS) {
    unrest.unread += await unreadBy(client, service);
    const rest = await client.get<{ behind: number; parked: number }>(`/v1/ops/${service}/rest/${project}`);
    unrest.behind += rest.behind;
    unrest.parked += rest.parked;
    unrest.unpublished += await unpublishedBy(client, service);
  }
  return unrest;
}

async function unreadBy(client: Client, service: string): Promise<number> {
  const { offsets } = await client.get<Offsets>(`/v1/ops/${service}/offsets`);
  return offsets.reduce((sum, one) => sum + one.lag, 0);
}

async function unpublishedBy(client: Client, service: string): Promise<number> {
  const { outboxPending } = await client.get<{ outboxPending: number }>(`/v1/ops/${service}/accounting`);
  return outboxPending;
}
