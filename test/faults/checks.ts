import { type Client } from '../../apps/assay/src/client';
import { Output } from '../../apps/assay/src/output';
import { isBalanced, type Report } from '../../apps/assay/src/report';
import { type EventLog, type LogRecord } from '../../libs/platform/src/event-log/event-log';
import { consensusUpdated } from '../../libs/contracts/src/consensus/consensus-updated';
import { settle } from '../../apps/assay/src/settle';
import { collectReport } from '../../apps/assay/src/collect-report';
import { eventually } from '../support/eventually';
import { EVENTS, GOLD } from './load';
import { expectedOf } from './oracle';

const SILENT = new Output('json', { color: false, quiet: true });
const EXPECTED = expectedOf(EVENTS, GOLD);

/** What a run must come to, whatever happened in between; the clean run itself is held to the same. */
export async function problemsOf(client: Client, project: string, cleanDigest?: string): Promise<string[]> {
  await settle(client, project, SILENT);
  const report = await collectReport(client, project);
  const problems = [
    ...accountingProblems(report),
    ...agreementProblems(report),
    ...(await labelProblems(client, project)),
  ];
  problems.push(...goldProblems(report));
  if (cleanDigest !== undefined && report.digest !== cleanDigest)
    problems.push(`I1: digest ${report.digest}, of the clean run ${cleanDigest}`);
  return problems;
}

/** I2: every event is accounted for, once, by every service. */
function accountingProblems(report: Report): string[] {
  const problems: string[] = [];
  if (!isBalanced(report))
    problems.push(`I2: out of balance: ${JSON.stringify([report.annotations, report.accounting])}`);
  if (report.annotations.accepted !== EXPECTED.events)
    problems.push(`I2: ${report.annotations.accepted} accepted, ${EXPECTED.events} sent`);
  for (const [service, { accepted, pending, deadLettered }] of Object.entries(report.accounting)) {
    if (accepted !== EXPECTED.events || pending !== 0 || deadLettered !== 0)
      problems.push(
        `I2: ${service} accounts for ${accepted}, ${pending} pending, ${deadLettered} dead; expected ${EXPECTED.events}, 0, 0`,
      );
  }
  return problems;
}

/** I11: agreement that was kept incrementally is that of a batch computation. */
function agreementProblems({ agreement }: Report): string[] {
  const { krippendorffAlpha, observed } = agreement['label']!.coefficients;
  const differs = (found: number | null | undefined, expected: number) => !(Math.abs((found ?? NaN) - expected) < 1e-9);
  return [
    ...(differs(krippendorffAlpha?.value, EXPECTED.alpha)
      ? [`I11: alpha ${krippendorffAlpha?.value}, expected ${EXPECTED.alpha}`]
      : []),
    ...(differs(observed?.value, EXPECTED.observed)
      ? [`I11: observed ${observed?.value}, expected ${EXPECTED.observed}`]
      : []),
  ];
}

/** I5: each check of gold exists once. */
function goldProblems({ workers }: Report): string[] {
  const checked = workers.reduce((sum, { goldChecks }) => sum + goldChecks, 0);
  return checked === EXPECTED.checked ? [] : [`I5: ${checked} gold checks, expected ${EXPECTED.checked}`];
}

/** Each item has the labels that count; where all of them say the same, that is the decision. */
async function labelProblems(client: Client, project: string): Promise<string[]> {
  const problems: string[] = [];
  const found = new Set<string>();
  for await (const { item, decisions } of client.pages<Item>(`/v1/consensus/${project}?limit=1000`, 'items')) {
    found.add(item);
    const counted = [...(EXPECTED.counted.get(item)?.values() ?? [])];
    const [decision] = decisions;
    const labels = EXPECTED.labels.get(item) ?? 0;
    if ((decision?.labels ?? 0) !== labels)
      problems.push(`I1: ${item} has ${decision?.labels ?? 0} labels, expected ${labels}`);
    if (counted.length >= 3 && new Set(counted).size === 1 && decision?.label !== counted[0] && !GOLD.has(item))
      problems.push(`I10: ${item} is ${decision?.label}, though everybody says ${counted[0]}`);
  }
  for (const item of EXPECTED.counted.keys()) if (!found.has(item)) problems.push(`I6: ${item} is not there`);
  return problems;
}

interface Item {
  item: string;
  decisions: { label?: string; labels: number }[];
}

/**
 * I3 and I4: a service numbers what it publishes in each partition from 1 on, so that whatever was published twice, first occurrences
 * count up without a gap; what it says of an item has versions, which count up as well.
 * @param numbered how far services have numbered what is published, by `TOPIC/PARTITION of SOURCE`.
 */
export async function sequenceProblems(
  log: EventLog,
  topics: readonly string[],
  numbered: ReadonlyMap<string, number>,
): Promise<string[]> {
  const problems: string[] = [];
  const missing = new Map(numbered);
  for (const topic of topics) {
    const records = await everyRecord(log, topic);
    problems.push(...versionProblems(topic, records));
    const begins = await log.offsets(topic);
    const isWhole = (partition: number) => begins[partition]?.first === 0;
    const seen = new Map<string, { last: number; ids: Map<number, string> }>();
    for (const { partition, record } of records) {
      const source = `${record.headers['ce_source']} ${partition}`;
      const sequence = Number(record.headers['ce_sequence']);
      if (!record.headers['ce_source']?.startsWith('/assay/')) continue; // Nobody of ours published it.
      if (!(sequence > 0)) {
        problems.push(`I3: ${topic}/${partition} of ${source} has an event without a number`);
        continue;
      }
      const id = record.headers['ce_id'] ?? '';
      // Where the log was truncated on purpose, what it begins with has predecessors that are gone.
      const before = isWhole(partition) ? 0 : sequence - 1;
      const known = seen.get(source) ?? { last: before, ids: new Map<number, string>() };
      seen.set(source, known);
      if (sequence > known.last + 1)
        problems.push(`I3: ${topic}/${partition} of ${source} goes from ${known.last} to ${sequence}`);
      if (sequence <= known.last && known.ids.get(sequence) !== id)
        problems.push(`I4: ${topic}/${partition} has ${sequence} twice, as ${known.ids.get(sequence)} and ${id}`);
      known.ids.set(sequence, id);
      known.last = Math.max(known.last, sequence);
      const place = `${topic}/${partition} of ${record.headers['ce_source']}`;
      if (known.last >= (missing.get(place) ?? Infinity)) missing.delete(place);
    }
  }
  for (const [place, sequence] of missing) problems.push(`I3: ${place} has no ${sequence}, though that was published`);
  return problems;
}

/** I4: what consensus says of an item for the first time is of a later version than all that it said before. */
function versionProblems(topic: string, records: readonly { record: LogRecord }[]): string[] {
  const problems: string[] = [];
  const said = new Set<string>();
  const versions = new Map<string, number>();
  for (const { record } of records) {
    const { ce_id: id = '', ce_type: type, ce_source: source } = record.headers;
    if (type !== consensusUpdated.type || source !== '/assay/consensus' || said.has(id)) continue;
    said.add(id);
    const key = record.key ?? '';
    const { version } = JSON.parse(record.value!.toString()) as { version: number };
    const before = versions.get(key) ?? 0;
    if (version <= before) problems.push(`I4: ${topic} has version ${version} of ${key} after ${before}`);
    versions.set(key, Math.max(before, version));
  }
  return problems;
}

/** All that a topic has at this moment, partition by partition in order. */
export async function everyRecord(log: EventLog, topic: string): Promise<{ partition: number; record: LogRecord }[]> {
  const ends = await log.offsets(topic);
  const all: { partition: number; record: LogRecord }[] = [];
  const reached = ends.map(({ end }) => end === 0);
  const subscription = await log.subscribe({
    group: `check-${Math.random().toString(36).slice(2)}`,
    topics: [topic],
    positions: () => Promise.resolve(new Map()),
    eachBatch: ({ partition, records }) => {
      for (const record of records) all.push({ partition, record });
      if (records.at(-1)!.offset + 1 >= ends[partition]!.end) reached[partition] = true;
      return Promise.resolve();
    },
    onCrash: () => undefined,
  });
  await eventually(() => reached.every(Boolean), `every record of ${topic}`, 60_000);
  await subscription.stop();
  return all;
}
