import { setTimeout as sleep } from 'node:timers/promises';
import { CliError, EXIT } from './cli-error';
import { type Client } from './client';
import { connect, type Context } from './context';
import {
  type DeadLetter,
  deadLetterById,
  deadLettersOf,
  type LetterScope,
  servicesOf,
  type ShownDeadLetter,
} from './dead-letters';
import { type Column } from './output';

/** How often, and how long, `redrive` looks whether the owners of the lanes have done it. */
const LOOK_MS = 200;
const PATIENCE_MS = 30_000;

export interface ListOptions extends LetterScope {
  status: DeadLetter['status'] | 'all';
}

/** Which dead letters are to be settled: those of the ids, or all open ones of the scope. */
export interface SettleOptions extends LetterScope {
  all?: boolean;
  dryRun?: boolean;
}

/** A dead letter, and what came of it. */
interface Settled {
  letter: DeadLetter;
  outcome: string;
  isDone: boolean;
}

const COLUMNS: readonly Column<DeadLetter>[] = [
  { heading: 'id', value: ({ id }) => id },
  { heading: 'service', value: ({ service }) => service },
  { heading: 'reason', value: ({ reason }) => reason },
  { heading: 'project', value: ({ project }) => project },
  { heading: 'topic', value: ({ topic }) => topic },
  { heading: 'partition', value: ({ partition }) => partition },
  { heading: 'offset', value: ({ offset }) => offset },
  { heading: 'time', value: ({ recordedAt }) => recordedAt },
  { heading: 'status', value: ({ status }) => status },
];
const DETAIL: Column<DeadLetter> = { heading: 'detail', value: ({ detail }) => detail };

/** `assay deadletter list`. */
export async function listDeadLettersCommand(context: Context, options: ListOptions): Promise<void> {
  const { status, ...scope } = options;
  const letters: DeadLetter[] = [];
  const found = deadLettersOf(connect(context), scope, status === 'all' ? undefined : status);
  for await (const letter of found) letters.push(letter);
  if (letters.length === 0) context.output.say(`no ${status === 'all' ? '' : `${status} `}dead letters`);
  context.output.rows([...COLUMNS, DETAIL], letters);
}

/** `assay deadletter show ID`: where the event lay and why it could not be applied; what was sent only to admins. */
export async function showDeadLetterCommand(
  context: Context,
  id: string,
  { service }: Pick<LetterScope, 'service'>,
): Promise<void> {
  const letter = await deadLetterById(connect(context), id, service);
  const { output } = context;
  if (output.format === 'json') return output.json(letter);
  const columns = shownColumns(letter);
  if (output.format === 'csv') return output.rows(columns, [letter]);
  const width = Math.max(...columns.map(({ heading }) => heading.length));
  for (const { heading, value } of columns) output.line(`${heading.padEnd(width)}  ${value(letter) ?? '-'}`);
  if (!letter.sent) output.say('what was sent is shown to admins alone');
}

function shownColumns({ sent }: ShownDeadLetter): Column<ShownDeadLetter>[] {
  const known: Column<ShownDeadLetter>[] = [
    ...COLUMNS,
    DETAIL,
    { heading: 'type', value: ({ eventType }) => eventType },
    { heading: 'event', value: ({ eventId }) => eventId },
    { heading: 'hash', value: ({ hash }) => `sha256:${hash}` },
  ];
  if (!sent) return known;
  return [
    ...known,
    { heading: 'key', value: () => sent.key },
    { heading: 'headers', value: () => JSON.stringify(sent.headers) },
    { heading: 'value', value: () => textOf(Buffer.from(sent.value, 'base64')) },
  ];
}

/** Bytes as text where they are UTF-8, else in base64, which is said. */
function textOf(bytes: Buffer): string {
  const text = bytes.toString();
  return Buffer.from(text).equals(bytes) ? text : `base64:${bytes.toString('base64')}`;
}

/**
 * `assay deadletter redrive`: has events handled again, and waits until that is done.
 * @throws CliError 6 where one is not open or still cannot be applied, 3 where there is none of that id.
 */
export async function redriveCommand(context: Context, ids: readonly string[], options: SettleOptions): Promise<void> {
  const client = connect(context);
  const settled = await settleEach(context, client, ids, options, 'redrive');
  if (!options.dryRun) await waitForRedriven(client, settled);
  report(context, settled);
}

/**
 * `assay deadletter discard`: gives events up for good; they stay dead-lettered in the accounting.
 * @throws CliError 6 where one is not open, 3 where there is none of that id.
 */
export async function discardCommand(
  context: Context,
  ids: readonly string[],
  options: SettleOptions & { reason: string },
): Promise<void> {
  const { reason } = options;
  report(context, await settleEach(context, connect(context), ids, options, 'discard', { reason }));
}

async function settleEach(
  { output }: Context,
  client: Client,
  ids: readonly string[],
  options: SettleOptions,
  operation: 'redrive' | 'discard',
  body?: object,
): Promise<Settled[]> {
  const letters = await chosen(client, ids, options);
  const settled: Settled[] = [];
  for (const letter of letters) {
    output.progress(`${operation}: ${settled.length} of ${letters.length}`);
    settled.push(options.dryRun ? planned(letter, operation) : await settleOne(client, letter, operation, body));
  }
  output.endProgress();
  return settled;
}

async function chosen(client: Client, ids: readonly string[], options: SettleOptions): Promise<DeadLetter[]> {
  const { service, project, all } = options;
  servicesOf(service);
  if (ids.length > 0) {
    if (all || project !== undefined) throw new CliError(EXIT.usage, 'expected ids, or --all or --project, not both');
    const letters: DeadLetter[] = [];
    for (const id of ids) letters.push(await deadLetterById(client, id, service));
    return letters;
  }
  if (!all && service === undefined && project === undefined)
    throw new CliError(EXIT.usage, 'no dead letter is named: expected ids, --service, --project, or --all');
  const letters: DeadLetter[] = [];
  for await (const letter of deadLettersOf(client, { service, project }, 'open')) letters.push(letter);
  return letters;
}

function planned(letter: DeadLetter, operation: 'redrive' | 'discard'): Settled {
  const isDone = letter.status === 'open';
  return { letter, isDone, outcome: isDone ? `would ${operation}` : `is ${letter.status}` };
}

async function settleOne(
  client: Client,
  letter: DeadLetter,
  operation: 'redrive' | 'discard',
  body?: object,
): Promise<Settled> {
  try {
    await client.write('POST', `/v1/ops/${letter.service}/deadletters/${letter.id}/${operation}`, body);
    return { letter, isDone: true, outcome: operation === 'redrive' ? 'redriving' : 'discarded' };
  } catch (error) {
    // Another was faster. The rest is to be done all the same; anything else would fail for them too.
    if (!(error instanceof CliError && error.exitCode === EXIT.badData)) throw error;
    const { status } = await deadLetterById(client, letter.id, letter.service);
    if (status === 'open') throw error;
    return { letter, isDone: false, outcome: `is ${status}` };
  }
}

async function waitForRedriven(client: Client, settled: Settled[]): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  for (const one of settled.filter(({ isDone }) => isDone)) {
    let letter = await deadLetterById(client, one.letter.id, one.letter.service);
    while (letter.status === 'redriving' && performance.now() < end) {
      await sleep(LOOK_MS);
      letter = await deadLetterById(client, one.letter.id, one.letter.service);
    }
    one.isDone = letter.status === 'redriven';
    one.outcome = letter.status === 'open' ? `still ${letter.reason}: ${letter.detail}` : letter.status;
  }
}

function report({ output }: Context, settled: readonly Settled[]): void {
  if (output.format === 'json') output.json(settled.map(({ letter, outcome }) => ({ ...letter, outcome })));
  else {
    const columns: Column<Settled>[] = [
      { heading: 'id', value: ({ letter }) => letter.id },
      { heading: 'service', value: ({ letter }) => letter.service },
      { heading: 'outcome', value: ({ outcome }) => outcome },
    ];
    output.rows(columns, settled);
  }
  const failed = settled.filter(({ isDone }) => !isDone).length;
  if (failed > 0) throw new CliError(EXIT.badData, `${failed} of ${settled.length} dead letters were not settled`);
  if (settled.length === 0) output.say('no open dead letters');
}
