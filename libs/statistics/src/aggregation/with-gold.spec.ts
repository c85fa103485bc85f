import { simulate } from '../simulation/simulate';
import { logLoss } from './calibration';
import { labelTable } from './label-table';
import { METHODS } from './methods';
import { aggregateWithGold } from './with-gold';

describe('aggregateWithGold', () => {
  const { labels, truth } = simulate({
    seed: 11, labels: ['a', 'b', 'c'], items: 900, labelsPerItem: 5, difficulty: 1.2, lure: 0.6, misleading: 0.08,
    workers: [{ behaviour: 'honest', count: 30, accuracy: { least: 0.6, most: 0.9 } }],
  }); // prettier-ignore
  const table = labelTable(labels, ['a', 'b', 'c']);
  const gold = new Map(table.items.slice(0, 300).map((item) => [item, [truth.get(item)!]]));
  const rest = (labelsOf: Int32Array, confidence: Float64Array) =>
    table.items.slice(300).map((item, i) => ({
      right: table.labels[labelsOf[300 + i]!] === truth.get(item),
      confidence: confidence[300 + i]!,
    }));

  it('clamps gold items to their accepted labels', () => {
    const { aggregation } = aggregateWithGold(table, METHODS['dawid-skene']!, gold);
    for (let t = 0; t < 300; t++) expect(table.labels[aggregation.labels[t]!]).toBe(truth.get(table.items[t]!));
    expect([...aggregation.confidence.subarray(0, 300)].every((one) => one === 1)).toBe(true);
  });

  it('chooses among several accepted labels by the model', () => {
    const item = table.items[0]!;
    const free = METHODS.auto!(table);
    const two = ['a', 'b', 'c'].filter((label) => label !== table.labels[free.labels[0]!]);
    const { aggregation } = aggregateWithGold(table, METHODS.auto!, new Map([[item, two]]));
    expect(two).toContain(table.labels[aggregation.labels[0]!]);
    expect(aggregation.confidence[0]).toBeLessThan(1);
  });

  it.each(['majority', 'wawa', 'glad'])('leaves what %s chooses, where it is among several accepted labels', (name) => {
    const free = METHODS[name]!(table);
    const accepted = new Map(table.items.slice(0, 20).map((item) => [item, ['a', 'c']]));
    const { aggregation } = aggregateWithGold(table, METHODS[name]!, accepted);
    for (let t = 0; t < 20; t++) {
      if (table.labels[free.labels[t]!] === 'b') expect(table.labels[aggregation.labels[t]!]).toBe('a');
      else expect([aggregation.labels[t], aggregation.posterior[t]]).toEqual([free.labels[t], free.posterior[t]]);
    }
  });

  it('audits gold by a fit that does not know it', () => {
    const { audit } = aggregateWithGold(table, METHODS['dawid-skene']!, gold);
    const free = METHODS['dawid-skene']!(table);
    const right = table.items.slice(0, 300).filter((item, t) => table.labels[free.labels[t]!] === truth.get(item));
    expect(audit.filter((one) => one.right)).toHaveLength(right.length);
  });

  it('makes the confidence of the other items honest', () => {
    const free = METHODS['dawid-skene']!(table);
    const { aggregation } = aggregateWithGold(table, METHODS['dawid-skene']!, gold);
    const before = logLoss(rest(free.labels, free.confidence));
    const after = logLoss(rest(aggregation.labels, aggregation.confidence));
    expect(after).toBeLessThan(0.7 * before);
  });

  it('is the method itself without gold', () => {
    const { aggregation, audit } = aggregateWithGold(table, METHODS.majority!, new Map());
    expect(aggregation).toEqual(METHODS.majority!(table));
    expect(audit).toEqual([]);
  });
});
