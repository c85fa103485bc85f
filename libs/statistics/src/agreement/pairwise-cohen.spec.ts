import * as fc from 'fast-check';
import { describeWithData, readJson } from '../../../../test/support/label-sets';
import { columnsOf, itemsOfTable, tableOf } from './columns.fixture';
import { pairwiseCohen, readPairwiseCohen } from './pairwise-cohen';
import { type LabelsOfWorkers } from './worker-pairs';

function twoWorkers(counts: readonly (readonly number[])[]): LabelsOfWorkers {
  const items = itemsOfTable(counts);
  const worker = Int32Array.from(items.flatMap(() => [0, 1]));
  return { ...columnsOf(items), worker, workers: [0, 1], labels: counts };
}

describe('pairwiseCohen', () => {
  it('takes each pair over the items that both labelled, where they are enough', () => {
    const table = tableOf(
      [
        [0, 1, 0, 1, null],
        [0, 1, 1, 1, 0],
        [null, null, null, 0, 0],
      ],
      [0, 1],
    );
    // Workers 0 and 1 on four items: po 3/4, pe 1/2 * 1/4 + 1/2 * 3/4 = 1/2.
    expect(pairwiseCohen(table, 3)).toEqual([{ u: 0, v: 1, common: 4, observed: 0.75, kappa: { value: 0.5 } }]);
    expect(pairwiseCohen(table, 2).map(({ u, v }) => [u, v])).toEqual([
      [0, 1],
      [1, 2],
    ]);
  });

  it('says why a pair that used one label has no kappa', () => {
    expect(
      pairwiseCohen(
        tableOf(
          [
            [0, 0],
            [0, 0],
          ],
          [0, 1],
        ),
        1,
      )[0]!.kappa,
    ).toEqual({
      value: null,
      reason: 'only one label was used',
    });
  });

  it('takes the first label of a worker who labelled an item twice', () => {
    const table: LabelsOfWorkers = {
      itemStart: Int32Array.of(0, 3, 5),
      worker: Int32Array.of(0, 0, 1, 0, 1),
      label: Int32Array.of(1, 0, 1, 0, 0),
      workers: [0, 1],
      labels: [0, 1],
    };
    expect(pairwiseCohen(table, 1)).toMatchObject([{ common: 2, observed: 1, kappa: { value: 1 } }]);
  });

  it.each([
    [[0], [1]],
    [
      [0, 1],
      [1, 0],
    ],
  ])('says why there is no interval where one or two items have two labels', (first, second) => {
    const { meanPairwiseCohenKappa } = readPairwiseCohen(tableOf([first, second], [0, 1]), 1).coefficients;
    expect(meanPairwiseCohenKappa).toEqual({
      value: first.length === 1 ? 0 : -1,
      low: null,
      high: null,
      interval: 'jackknife',
      reason: 'an interval needs three or more items',
    });
  });

  it('leaves out an item exactly, when it makes the interval', () => {
    const rating = fc.array(fc.nat({ max: 2 }), { minLength: 12, maxLength: 12 });
    fc.assert(
      fc.property(rating, rating, (first, second) => {
        const kappa = (skip: number) => {
          const keep = (row: number[]) => row.filter((_, t) => t !== skip);
          return pairwiseCohen(tableOf([keep(first), keep(second)], [0, 1, 2]), 1)[0]!.kappa.value;
        };
        const all = kappa(-1);
        const left = first.map((_, t) => kappa(t));
        fc.pre(all !== null && left.every((value) => value !== null));
        const mean = left.reduce((sum, value) => sum! + value!, 0)! / 12;
        const error = Math.sqrt((11 / 12) * left.reduce((sum, value) => sum! + (value! - mean) ** 2, 0)!);
        const { low, high } = readPairwiseCohen(tableOf([first, second], [0, 1, 2])).coefficients
          .meanPairwiseCohenKappa;
        // t(.975, 11) = 2.2009851601.
        expect(low).toBeCloseTo(Math.max(-1, all! - 2.2009851601 * error), 8);
        expect(high).toBeCloseTo(Math.min(1, all! + 2.2009851601 * error), 8);
      }),
    );
  });
});

describeWithData('textbook/cohen.json', 'pairwiseCohen on published examples', () => {
  it('gives every kappa of cohen.json', () => {
    const { examples, prevalence_paradox } = readJson('textbook/cohen.json');
    for (const { table, kappa } of [...examples, ...prevalence_paradox]) {
      expect(pairwiseCohen(twoWorkers(table))[0]!.kappa.value).toBeCloseTo(kappa, 12);
    }
  });
});
