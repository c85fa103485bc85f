import { type EntityManager } from 'typeorm';
import { consensusUpdated } from '@assay/contracts/consensus/consensus-updated';
import { JSON_SEPARATOR } from '../postgres/joined-json';
import { eventsOf, insertOutbox, type WrittenEvent } from './outbox';
import { outboxEvent, recordOf } from './wire';

/** Takes the parameters of the insert, and answers as PostgreSQL does. */
function rememberingManager() {
  const parameters: unknown[][] = [];
  const query = async (_text: string, values: [string[], number[], string, number[]]) => {
    parameters.push(values);
    return values[0].map((topic, at) => ({ id: String(at + 1), topic, partition: values[1][at] }));
  };
  return { manager: { query } as unknown as EntityManager, parameters };
}

const said = ['a "quoted" item', 'control \u001e and \u0000', 'ünïcode 🙂'].map((item) =>
  outboxEvent(
    consensusUpdated,
    '/assay/consensus',
    item,
    { project: 'p "q"', item, version: 1, decisions: [{ question: '\\', label: '"\u001e"' }] } as never,
    '2026-01-01T00:00:00.000Z',
  ),
);

describe('the outbox', () => {
  it('gives the process that wrote a parcel the records that any other reads from its row', async () => {
    const { manager, parameters } = rememberingManager();
    const parcels = await insertOutbox(manager, said);
    const [topics, partitions, texts, counts] = parameters[0] as [string[], number[], string, number[]];
    const rows = texts.split(JSON_SEPARATOR).map((text) => JSON.parse(text) as WrittenEvent[]);
    expect(counts).toEqual(rows.map((row) => row.length));
    const read = rows.map((row, at) => eventsOf(topics[at]!, partitions[at]!, row));
    expect(parcels.map(({ events }) => events.map((event) => recordOf(event, 1)))).toEqual(
      read.map((events) => events.map((event) => recordOf(event, 1))),
    );
    expect(
      read
        .flat()
        .map(({ json }) => JSON.parse(json).item)
        .sort(),
    ).toEqual(['a "quoted" item', 'control \u001e and \u0000', 'ünïcode 🙂'].sort());
  });
});
