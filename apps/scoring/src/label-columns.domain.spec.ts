import { anEntry } from '@assay/contracts/annotation/entry.fixture';
import { ColumnsBuilder } from './label-columns.domain';

describe('the columns of a question', () => {
  it('hold every label, however many there are, with the seconds of those that are known', () => {
    const builder = new ColumnsBuilder('label', 'keep-first');
    const seconds = (index: number) => (index % 3 === 0 ? undefined : index);
    for (let index = 0; index < 3000; index++)
      builder.add(`item ${index}`, [
        anEntry({ worker: `w${index % 7}`, labels: { label: index % 2 }, order: index, seconds: seconds(index) }),
      ]);
    const columns = builder.finished();
    const each = <Value>(valueOf: (index: number) => Value) =>
      Array.from({ length: 3000 }, (_, index) => valueOf(index));
    expect(columns.items).toEqual(each((index) => `item ${index}`));
    expect([...columns.starts]).toEqual([...each((index) => index), 3000]);
    expect(Array.from(columns.worker, (worker) => columns.workers[worker])).toEqual(each((index) => `w${index % 7}`));
    expect([...columns.label]).toEqual(each((index) => index % 2));
    expect([...columns.when]).toEqual(each((index) => index));
    expect([...columns.seconds!]).toEqual(each((index) => seconds(index) ?? NaN));
  });

  it('tell equal times apart by the order of the source, and put an unknown time before every other', () => {
    const builder = new ColumnsBuilder('label', 'keep-all');
    const places = [{ at: 1000, order: 2 }, { at: 1000, order: 1 }, { at: 1001, order: 0 }, { order: 9 }];
    builder.add(
      'item',
      places.map((place, index) => anEntry({ id: `e${index}`, worker: `w${index}`, ...place })),
    );
    const { when, workers, worker } = builder.finished();
    const inOrder = [...worker.keys()].sort((a, b) => when[a]! - when[b]!);
    expect(inOrder.map((row) => workers[worker[row]!])).toEqual(['w3', 'w1', 'w0', 'w2']);
  });

  it('leave out an item without a label of the question, and have no seconds where none are known', () => {
    const builder = new ColumnsBuilder('label', 'keep-first');
    builder.add('other', [anEntry({ labels: { tone: 0 } })]);
    expect(builder.finished()).toMatchObject({ items: [], starts: Int32Array.of(0) });
    expect(builder.finished()).not.toHaveProperty('seconds');
  });
});
