import 'reflect-metadata';
import { parseArgs } from 'node:util';
import { NEWEST_KAFKA } from '../support/kafka-broker';
import { Campaign, cleanDigest, MOST_REST, type Outcome } from './campaign';
import { MEMORY } from './fault-system';
import { FAULTS } from './faults';
import { changeSection, whereItRan } from './fault-page';

/**
 * `npm run faults [-- --only PATTERN] [--kafka VERSION]`: every fault, or those whose name matches a pattern. A run over everything writes
 * docs/faults.md. Exit code 1 where something did not hold.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { only: { type: 'string' }, kafka: { type: 'string', default: NEWEST_KAFKA } },
  });
  const faults = FAULTS.filter(({ name }) => new RegExp(values.only ?? '').test(name));
  console.error(`${faults.length} faults on Kafka ${values.kafka}`);
  const campaign = new Campaign(await cleanDigest(), values.kafka);
  const outcomes: Outcome[] = [];
  for (const fault of faults) {
    const outcome = await campaign.run(fault);
    outcomes.push(outcome);
    const words =
      outcome.problems.length === 0
        ? (outcome.notRun ?? heldWith(outcome))
        : `FAILED\n  ${outcome.problems.slice(0, 10).join('\n  ')}`;
    console.log(
      `${outcomes.length}/${faults.length} ${fault.name} (${outcome.seconds.toFixed(0)} s${restOf(outcome)}): ${words}`,
    );
    if (!values.only && outcomes.length % 5 === 0) write(outcomes, undefined, campaign.largest, values.kafka);
  }
  const published = await campaign.published();
  console.log(
    `everything published, first occurrences in order and without gaps: ${published.length === 0 ? 'held' : published.slice(0, 10).join('\n  ')}`,
  );
  await campaign.stop();
  const { largest } = campaign;
  if (largest) console.log(`most memory of a process: ${largest.service}, ${largest.mebibytes} MiB of ${MEMORY}`);
  if (!values.only) write(outcomes, published, largest, values.kafka);
  process.exit(published.length > 0 || outcomes.some(({ problems }) => problems.length > 0) ? 1 : 0);
}

function heldWith({ figure }: Pick<Outcome, 'figure'>): string {
  return figure === undefined ? 'held' : `held; ${figure}`;
}

function restOf({ rest }: Pick<Outcome, 'rest'>): string {
  return rest === undefined ? '' : `, at rest ${rest.toFixed(1)} s after its end`;
}

/** Says what came of a run, or of its part until now. @param published what did not hold of it; undefined where the run has not ended. */
function write(
  outcomes: readonly Outcome[],
  published: readonly string[] | undefined,
  largest: Campaign['largest'],
  kafka: string,
): void {
  const rows = new Map<string, { holds: string; runs: number; failed: string[]; notRun?: string; figure?: string }>();
  for (const { fault, problems, notRun, figure } of outcomes) {
    const name = fault.name.replace(/, hit \d+$/, '');
    const row = rows.get(name) ?? { holds: fault.holds, runs: 0, failed: [] };
    if (notRun === undefined) row.runs++;
    else row.notRun = notRun;
    row.figure = figure;
    if (problems.length > 0) row.failed.push(problems[0]!);
    rows.set(name, row);
  }
  const lines = [...rows].map(([name, { holds, runs, failed, notRun, figure }]) => {
    const held = notRun === undefined ? heldWith({ figure }) : `not run: ${notRun}`;
    const result = failed.length === 0 ? held : `failed ${failed.length}: ${failed[0]!.slice(0, 200)}`;
    return `| ${[name, holds, runs, result].map((cell) => String(cell).replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
  });
  const [slowest] = [...outcomes].sort((a, b) => (b.rest ?? 0) - (a.rest ?? 0));
  const missing = FAULTS.length - outcomes.length;
  const order = 'everything published in all of them: first occurrences in order and without gaps';
  const table = [
    `${missing > 0 ? `Run that has not ended, ${missing} are missing` : 'Last full run'}: ${new Date().toISOString().slice(0, 10)}, ${whereItRan(kafka)}; ${outcomes.length} runs.`,
    '',
    '| fault | about | runs | result |',
    '| --- | --- | --- | --- |',
    ...lines,
    ...(largest
      ? [
          `| memory of each process, of ${MEMORY} MiB | I8 | ${outcomes.length} | ${largest.mebibytes > MEMORY ? 'failed' : 'held'}; most: ${largest.service}, ${largest.mebibytes} MiB |`,
        ]
      : []),
    ...(slowest?.rest === undefined
      ? []
      : [
          `| time from the end of each fault to rest, of ${MOST_REST} s | I8 | ${outcomes.length} | ${slowest.rest > MOST_REST ? 'failed' : 'held'}; most: ${slowest.rest.toFixed(0)} s, after: ${slowest.fault.name} |`,
        ]),
    ...(published ? [`| ${order} | I3 I4 | 1 | ${published[0] ?? 'held'} |`] : []),
  ].join('\n');
  changeSection(kafka === NEWEST_KAFKA ? 'faults' : `faults-${kafka}`, () => table);
}

void main();
