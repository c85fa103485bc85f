import { simulate } from '../simulation/simulate';
import { auto } from './auto';
import { type LabelTable, labelTable } from './label-table';
import { majority } from './majority';
import { evidenceOf, posteriorOf } from './posterior';

const WEAK = [{ behaviour: 'honest' as const, count: 8, accuracy: { least: 0.5, most: 0.8 } }];

/** So many crowds of so many items, each with its truth. */
function crowds(count: number, items: number, labels: readonly string[], shares?: number[]) {
  return Array.from({ length: count }, (_, seed) => seed + 1).map((seed) => {
    const crowd = simulate({ seed, labels: [...labels], items, labelsPerItem: 5, workers: WEAK, ...(shares && { shares }) });
    return { table: labelTable(crowd.labels, labels), truth: crowd.truth };
  }); // prettier-ignore
}

function decisions(table: LabelTable) {
  const { model } = auto(table);
  return table.items.map((item, t) => ({ item, ...posteriorOf(model, evidenceOf(table, t)) }));
}

describe('auto on few items', () => {
  // Shares of labels that are fitted to few items run away to the label of most of them: a fifth would be wrong.
  it.each([2, 5, 10, 20])(
    'is wrong in less than one of ten that it is sure of at .95, however weak the workers (%d items)',
    (items) => {
      const sure = crowds(150, items, ['no', 'yes']).flatMap(({ table, truth }) =>
        decisions(table).flatMap(({ item, label, confidence }) =>
          confidence >= 0.95 ? [table.labels[label] === truth.get(item)] : [],
        ),
      );
      expect(sure.length).toBeGreaterThan(40);
      expect(sure.filter((isRight) => !isRight).length / sure.length).toBeLessThan(0.1);
    },
  );

  // Of a rare label few items tell how it is mistaken: believed as they are, they draw other items to it, and sixteen points would be lost.
  it.each([5, 20, 40])('is as right as the votes where the labels are many and some rare (%d items)', (items) => {
    const labels = Array.from({ length: 20 }, (_, k) => `class ${k}`);
    const shares = labels
      .map((_, k) => 0.5 ** Math.min(k, 6))
      .map((share, _, all) => share / all.reduce((a, b) => a + b));
    let [right, votes, all] = [0, 0, 0];
    for (const { table, truth } of crowds(30, items, labels, shares)) {
      const voted = majority(table);
      decisions(table).forEach(({ item, label }, t) => {
        right += Number(labels[label] === truth.get(item));
        votes += Number(labels[voted[t]!] === truth.get(item));
        all++;
      });
    }
    expect(right / all).toBeGreaterThan(votes / all - 0.03);
  });

  it('believes three workers of whom it knows nothing in a label that no item has had', () => {
    const labels = Array.from({ length: 20 }, (_, k) => `class ${k}`);
    for (const { table } of crowds(5, 20, labels.slice(0, 4))) {
      const known = { ...table, labels };
      const evidence = ['x', 'y', 'z'].map((worker) => ({ worker, label: 19 }));
      const { label, confidence } = posteriorOf(auto(known).model, evidence);
      expect(label).toBe(19);
      expect(confidence).toBeGreaterThan(0.7);
    }
  });
});
