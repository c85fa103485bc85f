import { deadLettersOf } from '../../apps/assay/src/dead-letters';
import { CATALOGUE } from '../../libs/contracts/src/catalogue';
import { DEAD_LETTERS } from '../../libs/contracts/src/topics';
import { eventually } from '../support/eventually';
import { SERVICE_NAMES, type ServiceName } from '../support/service-processes';
import { everyRecord } from './checks';
import { type Fault, sql } from './fault';
import { type FaultSystem } from './fault-system';

/** What must be seen nowhere: as a worker's name, or a label, in what cannot be read. */
const SECRET = 'zoltan-quimby';

/** What no consumer can read, each in its own way. */
const POISON: readonly (Buffer | null)[] = [
  Buffer.from(`no json of ${SECRET}`),
  Buffer.from(`"${SECRET}"`),
  Buffer.concat([Buffer.from([0xff, 0xfe, 0x00, 0xc3, 0x28]), Buffer.from(SECRET)]),
  null,
  Buffer.alloc(0),
  Buffer.from('null'),
  Buffer.from(`["${SECRET}"]`),
  Buffer.from(`{"__proto__":{"polluted":"${SECRET}"},"constructor":{"prototype":{"polluted":true}}}`),
  Buffer.from('['.repeat(100_000)),
  Buffer.from(`{"project":"${SECRET.repeat(115_000)}"}`),
  Buffer.from(`{"project":"nowhere","item":"i","worker":"${SECRET}","label":{"toString":1},"${SECRET}":1}`),
];

/** Records that nobody can read on every topic: each is one dead letter of every service that is to read it, and tells nothing. */
export const POISON_FAULT: Fault = {
  name: 'poison on every topic: no JSON, bad UTF-8, null, 1.5 MB, depth of 100,000, __proto__, unknown types, no headers',
  holds: 'I2 I9',
  happen: async (system, load) => {
    await load.prepare();
    const before = await lettersKept(system);
    const sending = load.send();
    const expected = await poison(system);
    await sending;
    const fresh = async () => {
      const kept = await lettersKept(system);
      return SERVICE_NAMES.map((service) => `${service} ${kept.get(service)! - before.get(service)!}`).join(', ');
    };
    const words = SERVICE_NAMES.map((service) => `${service} ${expected.get(service) ?? 0}`).join(', ');
    let seen = '';
    await eventually(
      async () => (seen = await fresh()) === words,
      () => `dead letters (I2): ${words}; there are ${seen}`,
      60_000,
    );
    await tellsNothing(system);
  },
};

/**
 * Puts records that nobody can read on every topic, as events of known types, of unknown ones, and without any header.
 * @returns how many of them each service is to read.
 */
async function poison(system: FaultSystem): Promise<Map<ServiceName, number>> {
  const log = system.openLog();
  const expected = new Map<ServiceName, number>();
  let ids = 0;
  try {
    for (const { type, topic, consumers } of CATALOGUE) {
      const known = { ce_type: type, ce_source: '/poison', ce_specversion: '1.0' };
      const records = POISON.flatMap((value, at) => {
        const headers: Record<string, string>[] = [
          { ...known, ce_id: `poison-${Date.now()}-${ids++}` },
          { ce_type: 'unknown' },
          {},
        ];
        const place = { topic: topic.name, partition: at % topic.partitions, key: `poison/${at}` };
        return headers.map((one) => ({ ...place, headers: one, value }));
      });
      await log.append(records);
      const readers = new Set(CATALOGUE.filter((one) => one.topic === topic).flatMap((one) => one.consumers));
      for (const service of SERVICE_NAMES.filter((name) => readers.has(name))) {
        // What has a type is read by those alone whom the catalogue names; what has none that is known, by all who read the topic.
        const each = consumers.includes(service) ? 3 : 2;
        expected.set(service, (expected.get(service) ?? 0) + each * POISON.length);
      }
    }
  } finally {
    await log.close();
  }
  return expected;
}

async function lettersKept(system: FaultSystem): Promise<Map<ServiceName, number>> {
  const kept = new Map<ServiceName, number>();
  for (const service of SERVICE_NAMES) {
    const [row] = await sql<{ letters: number }>(system, `select count(*)::int as letters from ${service}.dead_letter`);
    kept.set(service, row!.letters);
  }
  return kept;
}

/** I9: the dead letters as they are listed and published, what every process has said, and its metrics. */
async function tellsNothing(system: FaultSystem): Promise<void> {
  const told = new Map<string, string>();
  for await (const letter of deadLettersOf(system.services.client, {}))
    told.set(`dead letter ${letter.id} of ${letter.service}`, JSON.stringify(letter));
  const log = system.openLog();
  try {
    for (const { record } of await everyRecord(log, DEAD_LETTERS.name)) {
      if (record.headers['ce_source']?.startsWith('/assay/'))
        told.set(
          `${DEAD_LETTERS.name}@${record.offset}`,
          `${JSON.stringify(record.headers)} ${record.value?.toString()}`,
        );
    }
  } finally {
    await log.close();
  }
  for (const one of system.services.running) {
    told.set(`what ${one.service} said`, one.said());
    told.set(`metrics of ${one.service}`, await (await fetch(one.metricsUrl())).text());
  }
  const leaks = [...told].filter(([, text]) => text.includes(SECRET));
  if (leaks.length > 0)
    throw new Error(`I9: ${leaks.length} tell what they must not, as ${leaks[0]![0]}: ${leaks[0]![1].slice(0, 300)}`);
}
