import { dice } from '../simulation/random';
import { crh } from './crh';
import { gaussianEm } from './gaussian-em';
import { itemMeans, itemMedians, itemTrimmedMeans } from './item-averages';
import { numberTable, type NumberRow } from './number-table';

const row = (item: string, worker: string, value: number): NumberRow => ({ item, worker, value });
const small = numberTable([10, 11, 12, 13, 99].map((value, i) => row('a', `w${i}`, value)));

/** 300 items with values around 50; five workers: two exact, one 6 too high, two noisy. */
function crowd() {
  const { normal } = dice(4);
  const truth = new Map<string, number>();
  const rows: NumberRow[] = [];
  for (let t = 0; t < 300; t++) {
    const item = `i${t}`;
    truth.set(item, 50 + 10 * normal());
    const workers = [
      ['exact1', 0, 1],
      ['exact2', 0, 1],
      ['high', 6, 1],
      ['noisy1', 0, 12],
      ['noisy2', 0, 12],
    ] as const;
    for (const [worker, bias, noise] of workers)
      rows.push(row(item, worker, truth.get(item)! + bias + noise * normal()));
  }
  return { table: numberTable(rows), truth };
}

describe('item averages', () => {
  it('are mean, median and the mean without the outer fifths', () => {
    expect([...itemMeans(small)]).toEqual([29]);
    expect([...itemMedians(small)]).toEqual([12]);
    expect([...itemTrimmedMeans(small)]).toEqual([12]);
  });

  it('take the middle of an even count', () => {
    expect([...itemMedians(numberTable([row('a', 'u', 1), row('a', 'v', 4)]))]).toEqual([2.5]);
  });
});

describe('crh and gaussianEm', () => {
  const { table, truth } = crowd();
  const error = (values: Float64Array) =>
    Math.sqrt(values.reduce((sum, value, t) => sum + (value - truth.get(table.items[t]!)!) ** 2, 0) / values.length);

  it('come closer to the truth than the mean', () => {
    expect(error(crh(table).values)).toBeLessThan(0.75 * error(itemMeans(table)));
    expect(error(gaussianEm(table).values)).toBeLessThan(0.55 * error(itemMeans(table)));
  });

  it('find who is noisy and who says too much', () => {
    const { biases, variances, converged } = gaussianEm(table);
    const of = (values: Float64Array, worker: string) => values[table.workers.indexOf(worker)]!;
    expect(converged).toBe(true);
    expect(of(biases, 'high') - of(biases, 'exact1')).toBeCloseTo(6, 0);
    expect(of(variances, 'noisy1')).toBeGreaterThan(50 * of(variances, 'exact1'));
    const { weights } = crh(table);
    expect(of(weights, 'exact1')).toBeGreaterThan(of(weights, 'noisy1'));
  });

  it('have an answer for one number, and where all are equal', () => {
    for (const values of [[7], [7, 7, 7]]) {
      const one = numberTable(values.map((value, i) => row('a', `w${i}`, value)));
      expect(crh(one).values[0]).toBeCloseTo(7, 9);
      expect(gaussianEm(one).values[0]).toBeCloseTo(7, 9);
    }
  });

  it('do not depend on the order of the rows', () => {
    const rows = Array.from({ length: 30 }, (_, i) => row(`i${i % 7}`, `w${i % 4}`, (i * 37) % 11));
    expect(gaussianEm(numberTable([...rows].reverse())).values).toEqual(gaussianEm(numberTable(rows)).values);
  });

  it('name a value that is no number', () => {
    expect(() => numberTable([row('a', 'u', NaN)])).toThrow('value NaN of item "a" by worker "u": expected a number');
  });

  it('take numbers in which nobody differs for what they are', () => {
    const alone = numberTable([row('a', 'u', 1e9 + 1), row('b', 'v', 1e3), row('c', 'u', 1e9 + 1)]);
    expect([...crh(alone).values]).toEqual([1e9 + 1, 1e3, 1e9 + 1].map((value) => expect.closeTo(value, 5)));
    const agreed = numberTable(['u', 'v', 'w'].flatMap((worker) => [row('a', worker, 0.1), row('b', worker, 3.3)]));
    expect([...crh(agreed).values]).toEqual([0.1, 3.3].map((value) => expect.closeTo(value, 12)));
    expect([...crh(agreed).weights].every(Number.isFinite)).toBe(true);
  });

  it('says as much in any unit, also of items that all have one mean', () => {
    const inUnits = (unit: number) =>
      gaussianEm(numberTable([10, 20, 12, 18].map((value, i) => row(`i${i >> 1}`, `w${i % 2}`, unit * value))));
    const [small, large] = [inUnits(1), inUnits(1000)];
    expect(large.deviations[0]!).toBeGreaterThan(0);
    large.deviations.forEach((deviation, t) => expect(deviation).toBeCloseTo(1000 * small.deviations[t]!, 6));
  });
});
