import { ANNOTATION_EVENTS, DEAD_LETTERS, ITEM_EVENTS } from '@assay/contracts/topics';
import { type LogRecord } from '@assay/platform/event-log/event-log';
import { accountingOf, cutsOf } from '@assay/platform/transport/accounting.queries';
import { derivedId, UNBEARABLE } from './counting-service';
import { type Member } from './member';
import { type SimulationDatabase } from './simulation-database';
import { type SimulatedLog } from './simulated-log';
import { LANES } from './source';

/** A loss that the log was made to have. */
export interface Loss {
  kind: 'truncated' | 'made anew';
  topic: string;
  lane: number;
  /** Where the lane stood then. */
  position: number;
}

/** What a lane should have read of the annotations, first occurrences and repeats. */
interface Read {
  lane: number;
  position: number;
  records: readonly LogRecord[];
  /** It stands where the log no longer goes on. */
  isStopped: boolean;
}

/** Looks whether everything holds that must hold at rest; answers with what does not. */
export async function violationsOf(
  database: SimulationDatabase,
  log: SimulatedLog,
  members: readonly Member[],
  loss: Loss | undefined,
): Promise<string[]> {
  const reads = await readsOf(database, log);
  return [
    ...crashes(log),
    ...(await conservation(database, reads)),
    ...(await published(database, log)),
    ...(await once(database)),
    ...(await fencing(database)),
    ...(await sameState(database, reads)),
    ...(await losses(log, members, reads, loss)),
  ];
}

function crashes(log: SimulatedLog): string[] {
  return log.subscriptions.flatMap(({ who, crashes }) => crashes.map((error) => `${who} crashed: ${error.stack}`));
}

async function readsOf(database: SimulationDatabase, log: SimulatedLog): Promise<Read[]> {
  const rows = await database.rows<{ lane: number; position: number }>(
    `select partition as lane, coalesce((positions ->> $1)::int, 0) as position from lane where kind = 'item' order by 1`,
    [ANNOTATION_EVENTS.name],
  );
  return rows.map(({ lane, position }) => {
    const { first, before, all } = log.partition(ANNOTATION_EVENTS.name, lane);
    const records = (before ?? all).filter(({ offset }) => offset < position);
    return { lane, position, records, isStopped: before !== undefined || position < first };
  });
}

/** I2: everything that came is accounted for, once. */
async function conservation(database: SimulationDatabase, reads: readonly Read[]): Promise<string[]> {
  const said: string[] = [];
  const { manager } = database.connections[0]!;
  const { accepted, applied, superseded, deadLettered, pending, duplicate } = await accountingOf(manager);
  if (accepted !== applied + superseded + deadLettered + pending)
    said.push(
      `I2: accepted ${accepted}: expected applied ${applied} + superseded ${superseded} + dead-lettered ${deadLettered} + pending ${pending}`,
    );
  const records = reads.flatMap((read) => read.records);
  const ids = new Set(records.map(idOf));
  expectEqual(said, 'I2: received', accepted + duplicate, records.length);
  expectEqual(said, 'I2: accepted', accepted, ids.size);
  for (const { topic, partition, sequence, records: count, resent, lost, unnumbered, received } of await cutsOf(
    manager,
  )) {
    const place = `${topic}/${partition}`;
    if (received !== count || count !== sequence - lost + resent + unnumbered)
      said.push(
        `I2: the cut of ${place} has ${count} records, ${received} received, ${sequence} - ${lost} + ${resent} + ${unnumbered} numbered`,
      );
    if (lost !== 0) said.push(`I2: the cut of ${place} lost ${lost} events: expected none`);
  }
  return said;
}

/** I3 and I4: what was published is what was committed, in its order, each event under one number. */
async function published(database: SimulationDatabase, log: SimulatedLog): Promise<string[]> {
  const said: string[] = [];
  const rows = await database.rows<{ topic: string; partition: number; id: string }>(
    `select topic, partition, event -> 'event' ->> 'id' as id
     from said, json_array_elements(events) with ordinality as e (event, place) order by said.id, place`,
  );
  for (const { name: topic } of [ITEM_EVENTS, DEAD_LETTERS]) {
    const committed = rows.filter((row) => row.topic === topic);
    const partitions = new Set([...committed, ...log.written(topic)].map(({ partition }) => partition));
    for (const partition of partitions) {
      const { all } = log.partition(topic, partition);
      const firsts = [...new Set(all.map(idOf))];
      const expected = committed.filter((row) => row.partition === partition).map(({ id }) => id);
      const place = `${topic}/${partition}`;
      for (const id of expected) if (!firsts.includes(id)) said.push(`I3: ${place} lacks ${id}, which was committed`);
      for (const id of firsts) if (!expected.includes(id)) said.push(`I3: ${place} has ${id}, which nobody committed`);
      // Dead letters of several lanes meet in one partition: their order is nobody's.
      if (topic === ITEM_EVENTS.name && firsts.join() !== expected.join())
        said.push(`I4: ${place} has first ${firsts.join(' ')}: expected ${expected.join(' ')}`);
      said.push(...numbering(place, all));
    }
  }
  return said;
}

/** An event has one number, a number one event, and no number is left out. */
function numbering(place: string, records: readonly LogRecord[]): string[] {
  const said: string[] = [];
  const numbers = new Map<string, string>();
  const events = new Map<string, string>();
  for (const record of records) {
    const id = idOf(record);
    const number = record.headers['ce_sequence']!;
    if ((numbers.get(id) ?? number) !== number) said.push(`I3: ${place}: ${id} is ${numbers.get(id)} and ${number}`);
    if ((events.get(number) ?? id) !== id) said.push(`I3: ${place}: ${number} is ${events.get(number)} and ${id}`);
    numbers.set(id, number);
    events.set(number, id);
  }
  for (let number = 1; number <= events.size; number++)
    if (!events.has(String(number))) said.push(`I3: ${place} lacks number ${number} of ${events.size}`);
  return said;
}

/** I5: no effect exists twice. */
async function once(database: SimulationDatabase): Promise<string[]> {
  const rows = await database.rows<{ what: string; event: string; n: number }>(
    `select * from (
       select 'contribution' as what, event::text, count(*)::int as n from contribution group by 2
       union all select 'heard', event::text, count(*)::int from heard group by 2
       union all select 'dead letter', event_id, count(*)::int from dead_letter group by 2) as effect where n > 1`,
  );
  return rows.map(({ what, event, n }) => `I5: ${what} ${event} exists ${n} times`);
}

/** I7: the moves of a lane join without overlap, and what was written lies within its move. */
async function fencing(database: SimulationDatabase): Promise<string[]> {
  const said: string[] = [];
  const moves = await database.rows<{
    topic: string;
    partition: number;
    before: number | null;
    after: number;
    tx: string;
  }>(
    `select key as topic, partition, (before ->> key)::int as before, value::int as after, tx::text
     from lane_move, jsonb_each_text(after) where before ->> key is distinct from value order by id`,
  );
  const ends = new Map<string, number>();
  for (const { topic, partition, before, after } of moves) {
    const place = `${topic}/${partition}`;
    const end = ends.get(place);
    if ((end ?? null) !== before || after <= (before ?? -1))
      said.push(`I7: ${place} moved from ${before} to ${after}: expected from ${end ?? 'nowhere'} on`);
    ends.set(place, after);
  }
  const strays = await database.rows<{ event: string; record_offset: string }>(
    `select event, record_offset from contribution c where not exists (
       select 1 from lane_move m where m.tx = c.tx and m.kind = 'item' and m.partition = c.lane
         and c.record_offset >= coalesce((m.before ->> $1)::int, 0) and c.record_offset < (m.after ->> $1)::int)`,
    [ANNOTATION_EVENTS.name],
  );
  for (const stray of strays)
    said.push(`I7: ${stray.event}@${stray.record_offset} was written outside of the move of its lane`);
  return said;
}

/** I1: what is kept is what a run over the log from its beginning, without faults, would have kept. */
async function sameState(database: SimulationDatabase, reads: readonly Read[]): Promise<string[]> {
  const said: string[] = [];
  const totals = new Map<string, { events: number; chain: string }>();
  const dead = new Set<string>();
  const seen = new Set<string>();
  for (const record of reads.flatMap(({ records }) => records)) {
    const id = idOf(record);
    if (seen.has(id)) continue;
    seen.add(id);
    const data = parsed(record);
    if (data === undefined || data.order === UNBEARABLE) dead.add(id);
    else {
      const { events, chain } = totals.get(data.item) ?? { events: 0, chain: '' };
      totals.set(data.item, { events: events + 1, chain: chain + id.slice(0, 8) });
    }
  }
  const kept = await database.rows<{ item: string; events: number; chain: string }>(
    'select * from total order by item',
  );
  expectEqual(
    said,
    'I1: totals',
    kept.map(({ item, events, chain }) => `${item}:${events}:${chain}`).join(' '),
    [...totals]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([item, { events, chain }]) => `${item}:${events}:${chain}`)
      .join(' '),
  );
  const letters = await database.rows<{ id: string }>('select event_id as id from dead_letter order by 1');
  expectEqual(said, 'I1: dead letters', letters.map(({ id }) => id).join(), [...dead].sort().join());
  const heard = await database.rows<{ id: string }>('select event::text as id from heard order by 1');
  const expected = [...seen].filter((id) => !dead.has(id)).map(derivedId);
  expectEqual(said, 'I1: heard', heard.map(({ id }) => id).join(), expected.sort().join());
  return said;
}

/** Records that are gone before they were read stop the lane, and are counted; where none are, nothing stops. */
async function losses(
  log: SimulatedLog,
  members: readonly Member[],
  reads: readonly Read[],
  loss: Loss | undefined,
): Promise<string[]> {
  const said: string[] = [];
  for (const lane of LANES) {
    const partition = log.partition(ANNOTATION_EVENTS.name, lane);
    const read = reads.find((one) => one.lane === lane);
    const position = read?.position ?? 0;
    if (!read?.isStopped && position !== lastOf(partition.all))
      said.push(`loss: lane ${lane} is at ${position} of ${lastOf(partition.all)}, though nothing is lost`);
  }
  const warnings = members.flatMap((member) => member.warnings.map((text) => `${member.who}: ${text}`));
  const alarms = warnings.filter((text) => text.includes('gone from the log') || text.includes('made anew'));
  const stopped = reads.filter(({ isStopped }) => isStopped);
  // What another member had in hand when the log was truncated, and committed later, was believed to be gone.
  const mayHaveSeemed = loss?.kind === 'truncated';
  if (stopped.length === 0 && alarms.length > 0 && !mayHaveSeemed) said.push(`loss: nothing is lost, but ${alarms[0]}`);
  if (stopped.length > 0 && alarms.length === 0) said.push(`loss: lane ${stopped[0]!.lane} is stopped in silence`);
  const counted = (await Promise.all(members.map((member) => member.lost()))).reduce((a, b) => a + b, 0);
  if (loss?.kind === 'truncated' && stopped.length > 0) {
    const gone = log.partition(loss.topic, loss.lane).first - stopped[0]!.position;
    if (counted === 0 || counted % gone !== 0) said.push(`loss: ${gone} records are gone, ${counted} were counted`);
  } else if (counted > 0 && !mayHaveSeemed) said.push(`loss: ${counted} were counted, but none is lost`);
  return said;
}

function lastOf(records: readonly LogRecord[]): number {
  return (records.at(-1)?.offset ?? -1) + 1;
}

function idOf(record: LogRecord): string {
  return record.headers['ce_id']!;
}

function parsed(record: LogRecord): { item: string; order: number } | undefined {
  try {
    return JSON.parse(String(record.value)) as { item: string; order: number };
  } catch {
    return undefined;
  }
}

function expectEqual<T>(said: string[], what: string, found: T, expected: T): void {
  if (found !== expected) said.push(`${what}: ${found}, expected ${expected}`);
}
