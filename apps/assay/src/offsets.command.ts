import { type Offsets as Place } from '@assay/platform/ops/offsets';
import { CliError, EXIT } from './cli-error';
import { connect, type Context } from './context';
import { servicesOf } from './dead-letters';
import { type Column } from './output';

/** Where a service is in one partition, as `/v1/ops/<service>/offsets` says it. */
interface Offsets extends Place {
  service: string;
}

/** Which position is to be put where. */
export interface ResetOptions {
  service: string;
  topic: string;
  partition: number;
  /** `earliest` or `latest` that the log keeps, or an offset between. */
  to: string;
  dryRun?: boolean;
}

/** What came of it. */
interface Reset {
  service: string;
  topic: string;
  partition: number;
  from: number | null;
  to: number;
  first: number;
  end: number;
}

const COLUMNS: readonly Column<Offsets>[] = [
  { heading: 'service', value: ({ service }) => service },
  { heading: 'topic', value: ({ topic }) => topic },
  { heading: 'partition', value: ({ partition }) => partition },
  { heading: 'position', value: ({ position }) => position },
  { heading: 'first', value: ({ first }) => first },
  { heading: 'end', value: ({ end }) => end },
  { heading: 'lag', value: ({ lag }) => lag },
  { heading: 'oldest (s)', value: ({ oldestUnprocessedAge }) => oldestUnprocessedAge ?? null, digits: 1 },
  { heading: 'state', value: ({ state }) => state },
];

/**
 * `assay offsets`: where each service is in each partition.
 * @throws CliError 6 where a partition is stopped, after all are printed.
 */
export async function offsetsCommand(context: Context, { service }: { service?: string }): Promise<void> {
  const client = connect(context);
  const all: Offsets[] = [];
  for (const name of servicesOf(service)) {
    const { offsets } = await client.get<{ offsets: Omit<Offsets, 'service'>[] }>(`/v1/ops/${name}/offsets?ages=true`);
    all.push(...offsets.map((one) => ({ service: name, ...one })));
  }
  context.output.rows(COLUMNS, all);
  const stopped = all.filter(({ state }) => state !== 'reading');
  if (stopped.length > 0) throw new CliError(EXIT.badData, stopped.map(wordsOf).join('\n'));
}

function wordsOf({ service, topic, partition, position, first, end, state }: Offsets): string {
  const why =
    state === 'lost' ? `records from ${position} to ${first} are gone` : `the log ends at ${end}, before ${position}`;
  const reset = `assay offsets reset --service ${service} --topic ${topic} --partition ${partition} --to earliest`;
  return `${service} is stopped at ${topic}/${partition}: ${why}; \`${reset}\``;
}

/** `assay offsets reset`: puts one position elsewhere. */
export async function resetOffsetCommand(context: Context, options: ResetOptions): Promise<void> {
  const { service, topic, partition, to, dryRun } = options;
  servicesOf(service);
  const body = { topic, partition, to, ...(dryRun && { dryRun }) };
  const answer = await connect(context).write<Omit<Reset, 'service'>>('POST', `/v1/ops/${service}/offsets/reset`, body);
  const reset: Reset = { service, ...answer };
  const { output } = context;
  const columns = (['service', 'topic', 'partition', 'from', 'to', 'first', 'end'] as const).map((heading) => ({
    heading,
    value: (row: Reset) => row[heading],
  }));
  output.rows(columns, [reset]);
  if (dryRun) output.say('nothing was changed');
  else if (reset.from === null || reset.from < reset.to || reset.from > reset.end)
    output.say('what was passed over is missing: `assay rebuild` publishes again what ingestion recorded');
}
