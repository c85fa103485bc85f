import { type DeadLetter, deadLettersOf } from '../../apps/assay/src/dead-letters';
import { inboundAnnotation } from '../../libs/contracts/src/inbound/inbound-annotation';
import { ANNOTATION_EVENTS, INBOUND } from '../../libs/contracts/src/topics';
import { commandLine } from '../support/command-line';
import { eventually } from '../support/eventually';
import { type Fault, sql } from './fault';
import { type FaultSystem } from './fault-system';
import { EVENTS, GOLD, type Load, type Sent } from './load';

/** Events whose ids are used again for something else. */
const CONFLICTS = 10;

/** What cannot be applied: it is kept as a dead letter, and everything else goes on. */
export const LETTER_FAULTS: readonly Fault[] = [
  {
    name: 'same id, other body, by HTTP and by the inbound topic: the first one counts, the second is refused',
    holds: 'I1 I2',
    happen: async (system, load) => {
      await load.prepare();
      await load.send();
      const known = await recorded(system, load.project);
      const others = EVENTS.slice(0, CONFLICTS).map((one) => ({ ...one, label: one.label === 'cat' ? 'dog' : 'cat' }));
      await refusedByHttp(system, load, others);
      await refusedByLog(
        system,
        load,
        others.map((one) => ({ ...one, source: known.get(one.id)! })),
      );
    },
  },
  {
    name: 'dead letters redriven by two command lines at once',
    holds: 'I2 I5',
    happen: async (system, load) => {
      const item = EVENTS.find((one) => !GOLD.has(one.item))!.item;
      const refusing = await refuseItem(system, load.project, item);
      await load.prepare();
      await load.send();
      await system.untilRead(ANNOTATION_EVENTS.name, ['consensus']);
      const expected = EVENTS.filter((one) => one.item === item).length;
      const isDead = async () => (await letters(system, 'consensus', load.project)).length === expected;
      await eventually(isDead, `${expected} dead letters of ${item}`, 60_000);
      await refusing.end();
      const redrive = ['deadletter', 'redrive', '--service', 'consensus', '--project', load.project];
      const { dataDir } = system.services;
      const said = await Promise.all([
        commandLine(dataDir, 'admin', ...redrive),
        commandLine(dataDir, 'admin', ...redrive),
      ]);
      const ids = (await letters(system, 'consensus', load.project)).map(({ id }) => id);
      // Somebody who saw them open, and comes when all is done.
      await commandLine(dataDir, 'admin', 'deadletter', 'redrive', ...ids);
      await redrivenOnce(system, ids);
      const left = (await letters(system, 'consensus', load.project)).filter(({ status }) => status !== 'redriven');
      if (left.length > 0)
        throw new Error(
          `I2: ${left.map(({ status, detail }) => `${status}: ${detail}`).join()}; ${JSON.stringify(said)}`,
        );
    },
  },
];

async function redrivenOnce(system: FaultSystem, ids: readonly string[]): Promise<void> {
  const rows = await sql<{ subject: string }>(
    system,
    `select subject from consensus.audit where action = 'deadletter.redrive'`,
  );
  const times = ids.map((id) => rows.filter(({ subject }) => subject === id).length);
  if (times.some((one) => one !== 1))
    throw new Error(`I5: dead letters were redriven ${times.join()} times, expected 1`);
}

/** Source of each annotation that was recorded, by id. */
async function recorded(system: FaultSystem, project: string): Promise<Map<string, string>> {
  const sources = new Map<string, string>();
  for await (const line of system.services.client.pagedLines(`/v1/annotations/${project}`)) {
    const { id, source } = JSON.parse(line) as { id: string; source: string };
    sources.set(id, source);
  }
  return sources;
}

async function refusedByHttp(system: FaultSystem, load: Load, others: readonly Sent[]): Promise<void> {
  const answer = await system.services.client.writeLines<object>(`/v1/annotations/${load.project}`, others);
  const codes = JSON.stringify(answer).match(/id_conflict/g)?.length;
  if (codes !== CONFLICTS)
    throw new Error(`I2: ${codes} refused by HTTP, expected ${CONFLICTS}: ${JSON.stringify(answer)}`);
}

async function refusedByLog(system: FaultSystem, { project }: Load, others: readonly (Sent & { source: string })[]) {
  const log = system.openLog();
  try {
    await log.append(
      others.map(({ source, ...one }, at) => ({
        topic: INBOUND.name,
        partition: at % INBOUND.partitions,
        key: one.id,
        headers: { ce_specversion: '1.0', ce_type: inboundAnnotation.type, ce_source: source, ce_id: one.id },
        value: Buffer.from(JSON.stringify({ project, ...one })),
      })),
    );
  } finally {
    await log.close();
  }
  await system.untilRead(INBOUND.name, ['ingestion']);
  const reasons = (await letters(system, 'ingestion', project)).map(({ reason }) => reason);
  if (reasons.length !== CONFLICTS || reasons.some((reason) => reason !== 'id_conflict'))
    throw new Error(`I2: dead letters ${JSON.stringify(reasons)}, expected ${CONFLICTS} times id_conflict`);
}

/** Consensus cannot keep one item, whatever comes of it, until that ends. */
async function refuseItem(system: FaultSystem, project: string, item: string): Promise<{ end(): Promise<void> }> {
  await sql(
    system,
    `create function consensus.refuse_item() returns trigger language plpgsql as $$
     begin
       if new.project = '${project}' and new.item = '${item}' then raise exception 'planted'; end if;
       return new;
     end $$;
     grant execute on function consensus.refuse_item() to public;
     create trigger refuse_item before insert on consensus.item for each row execute function consensus.refuse_item()`,
  );
  return { end: async () => void (await sql(system, 'drop function consensus.refuse_item() cascade')) };
}

async function letters(system: FaultSystem, service: string, project: string): Promise<DeadLetter[]> {
  const found: DeadLetter[] = [];
  for await (const letter of deadLettersOf(system.services.client, { service, project })) found.push(letter);
  return found;
}
