import { CATALOGUE } from '@assay/contracts/catalogue';
import { kafkaAcls } from '@assay/contracts/generate/kafka-acls';
import { topicList } from '@assay/contracts/generate/topic-list';
import { readSettings } from '@assay/platform/config/settings';
import {
  KafkaAdministration,
  type KafkaDifference,
  type WantedKafka,
} from '@assay/platform/event-log/kafka-administration';
import { isFatal } from '@assay/platform/event-log/kafka-errors';
import { messageOf } from '@assay/platform/transport/message-of';
import { CliError, EXIT } from './cli-error';
import { type Context } from './context';

export interface TopicsOptions {
  replication?: number;
  minInsync?: number;
  acls?: boolean;
  dryRun?: boolean;
}

/**
 * `assay topics apply`: compares the brokers of the settings with the catalogue, prints in what they differ and does away with it.
 * Nothing is taken from the brokers, and nothing is changed where a difference needs records to be moved.
 * @throws CliError 2 without brokers, 4 where they refuse, 5 where none answers, 6 where partitions or copies differ.
 */
export async function applyTopicsCommand(context: Context, options: TopicsOptions): Promise<void> {
  const settings = readSettings();
  if (!settings.kafkaBrokers) throw new CliError(EXIT.usage, 'ASSAY_KAFKA_BROKERS is not set: expected host:port');
  const { replication, minInsync } = options;
  if (replication !== undefined && minInsync !== undefined && minInsync > replication)
    throw new CliError(EXIT.usage, `--min-insync ${minInsync}: expected at most --replication, ${replication}`);
  const wanted = {
    topics: topicList(CATALOGUE),
    replication,
    minInsync,
    acls: options.acls ? kafkaAcls(CATALOGUE) : [],
  };
  try {
    const logger = { debug: () => undefined, warn: (message: string) => context.output.warn(message) };
    const kafka = await KafkaAdministration.open(settings, logger);
    try {
      await apply(context, kafka, wanted, options.dryRun ?? false);
    } finally {
      await kafka.close();
    }
  } catch (error) {
    if (error instanceof CliError) throw error;
    const brokers = settings.kafkaBrokers.join(',');
    throw new CliError(isFatal(error) ? EXIT.refused : EXIT.unreachable, `Kafka at ${brokers}: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

async function apply(
  { output }: Context,
  kafka: KafkaAdministration,
  wanted: WantedKafka,
  isDry: boolean,
): Promise<void> {
  const differences = await kafka.differences(wanted);
  const columns = (['do', 'what', 'name', 'detail'] as const).map((heading) => ({
    heading,
    value: (row: PlanRow) => row[heading],
  }));
  if (differences.length > 0 || output.format !== 'table')
    output.rows(
      columns,
      differences.map((one) => rowOf(one, wanted)),
    );
  const stuck = differences.filter(({ type }) => type === 'layout-differs').length;
  if (stuck > 0)
    throw new CliError(EXIT.badData, `${stuck} of ${differences.length} need records to be moved: nothing was changed`);
  if (differences.length === 0) return output.say('nothing to do');
  if (isDry) return output.say(`${differences.length} to do; --dry-run: nothing was changed`);
  await kafka.apply(differences, wanted);
  output.say(`${differences.length} done`);
}

/** A line of the plan. */
interface PlanRow {
  do: 'create' | 'change' | 'allow' | 'refuse';
  what: 'topic' | 'group';
  name: string;
  detail: string;
}

function rowOf(difference: KafkaDifference, { replication, minInsync }: WantedKafka): PlanRow {
  switch (difference.type) {
    case 'topic-missing': {
      const { name, partitions, compacted } = difference.topic;
      const copies = replication === undefined ? '' : `, ${replication} copies`;
      const insync = minInsync === undefined ? '' : `, ${minInsync} in sync`;
      const detail = `${partitions} partitions${copies}${insync}${compacted ? ', compacted' : ''}`;
      return { do: 'create', what: 'topic', name, detail };
    }
    case 'configuration-differs': {
      const { topic, name, found, wanted } = difference;
      return { do: 'change', what: 'topic', name: topic, detail: `${name} ${found} to ${wanted}` };
    }
    case 'permission-missing': {
      const { acl, operation } = difference;
      return { do: 'allow', what: acl.resource, name: acl.name, detail: `${acl.principal} ${operation}` };
    }
    case 'layout-differs': {
      const { topic, what, found, wanted } = difference;
      return { do: 'refuse', what: 'topic', name: topic, detail: `${what} ${found}; expected ${wanted}` };
    }
  }
}
