import { setTimeout as sleep } from 'node:timers/promises';
import { CliError, EXIT } from './cli-error';
import { type Client } from './client';
import { type Output } from './output';

const LOOK_MS = 50;
/** Without any progress for so long, waiting has no point. */
const PATIENCE_MS = 60_000;

/** Services that read what ingestion publishes, and account for it. */
export const READERS = ['consensus', 'gold', 'scoring', 'assignment'] as const;

interface Offsets {
  offsets: { position: number | null; lag: number }[];
}

interface Waiting {
  annotations: { waiting: number };
}

/** The newest fit of reliabilities, as far as settling asks. */
interface EpochState {
  epoch: number;
  isSettling: boolean;
  requested: number;
  isOutdated: boolean;
}

/** What is not done yet, by name; all zero at rest. */
interface Unrest {
  waiting: number;
  unpublished: number;
  unread: number;
  behind: number;
  parked: number;
  /** Epochs that were asked for and are not there. */
  epochs: number;
}

/**
 * Waits until a project is at rest, and its items are decided by a fit over everything: what came in is published and read by every service,
 * a settling epoch knows all of it, every lane is swept by that epoch and the newest policy, and nothing is parked.
 * @throws CliError 1 where nothing moves any more and it is not at rest, saying what is left.
 */
export async function settle(client: Client, project: string, output: Output): Promise<void> {
  for (;;) {
    await rest(client, project, output);
    const { isSettling, isOutdated } = await client.get<EpochState>(`/v1/epochs/${project}`);
    if (isSettling && !isOutdated) return;
    await client.write('POST', `/v1/epochs/${project}`, { settle: true });
  }
}

/** Waits until nothing is left to do, twice in a row with nothing read in between: services feed each other in circles. */
async function rest(client: Client, project: string, output: Output): Promise<void> {
  let last = '';
  let lastMoved = performance.now();
  let calmAt: number | undefined;
  for (;;) {
    const seen = await look(client, project).catch((error: unknown) => unreachable(error));
    if (seen instanceof CliError) {
      // A service or its log is away for a while, as in an upgrade.
      if (performance.now() - lastMoved > PATIENCE_MS) throw seen;
      output.progress(`settling: ${seen.message}`);
      await sleep(10 * LOOK_MS);
      continue;
    }
    const { unrest, read } = seen;
    const left = Object.entries(unrest).filter(([, count]) => count > 0);
    if (left.length === 0 && calmAt === read) return;
    calmAt = left.length === 0 ? read : undefined;
    if (left.length === 0) continue;
    const words = left.map(([name, count]) => `${count} ${name}`).join(', ');
    if (`${words} ${read}` !== last) lastMoved = performance.now();
    last = `${words} ${read}`;
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

/** The error where it only says that something does not answer; any other is thrown. */
function unreachable(error: unknown): CliError {
  if (error instanceof CliError && error.exitCode === EXIT.unreachable) return error;
  throw error;
}

/** What is left to do in every service, and how many records they have read in all. */
async function look(client: Client, project: string): Promise<{ unrest: Unrest; read: number }> {
  const unrest: Unrest = { waiting: 0, unpublished: 0, unread: 0, behind: 0, parked: 0, epochs: 0 };
  let read = 0;
  const readBy = async (service: string) => {
    const { offsets } = await client.get<Offsets>(`/v1/ops/${service}/offsets`);
    unrest.unread += offsets.reduce((sum, one) => sum + one.lag, 0);
    read += offsets.reduce((sum, one) => sum + (one.position ?? 0), 0);
  };
  await readBy('ingestion');
  unrest.waiting += (await client.get<Waiting>(`/v1/projects/${project}/intake`)).annotations.waiting;
  unrest.unpublished += await unpublishedBy(client, 'ingestion');
  for (const service of READERS) {
    await readBy(service);
    const { behind, parked } = await client.get<{ behind: number; parked: number }>(
      `/v1/ops/${service}/rest/${project}`,
    );
    unrest.behind += behind;
    unrest.parked += parked;
    unrest.unpublished += await unpublishedBy(client, service);
  }
  unrest.epochs += (await client.find<EpochState>(`/v1/epochs/${project}`))?.requested ?? 0;
  return { unrest, read };
}

async function unpublishedBy(client: Client, service: string): Promise<number> {
  const { outboxPending } = await client.get<{ outboxPending: number }>(`/v1/ops/${service}/accounting`);
  return outboxPending;
}
