import { describeWithData, readLabelSet, type SetName } from '../../../../test/support/label-sets';
import { simulate } from '../simulation/simulate';
import { auto } from './auto';
import { expectedCalibrationError } from './calibration';
import { labelTable } from './label-table';
import { majority } from './majority';
import { modelFrom, modelHeader, workerRows } from './published-model-json';
import { evidenceOf, posteriorOf } from './posterior';

/** What tests ask of accuracy (issue: at least), and of the calibration of `confidence` as published. */
const floors: [SetName, number][] = [
  ['rte', 0.928],
  ['weather_sentiment', 0.843],
  ['ukp_convincing', 0.955],
];

describe.each(floors)('auto on %s', (name, floor) => {
  describeWithData(name, 'against gold', () => {
    const set = readLabelSet(name);
    const { model } = auto(set.table);
    const decided = set.table.items.flatMap((item, t) => {
      const gold = set.gold.get(item);
      const { label, confidence } = posteriorOf(model, evidenceOf(set.table, t));
      return gold === undefined ? [] : [{ right: set.table.labels[label] === gold, confidence }];
    });

    it(`is right on ${floor} and more`, () => {
      expect(decided.filter(({ right }) => right).length / decided.length).toBeGreaterThanOrEqual(floor);
    });

    it('has a confidence that is right as often as it says', () => {
      expect(expectedCalibrationError(decided)).toBeLessThan(0.08);
      const sure = decided.filter(({ confidence }) => confidence >= 0.95);
      expect(sure.filter(({ right }) => !right).length).toBeLessThanOrEqual(0.02 * sure.length);
    });
  });
});

describe('auto', () => {
  const lazy = simulate({
    seed: 3,
    labels: ['rare', 'usual'],
    shares: [0.2, 0.8],
    items: 1000,
    labelsPerItem: 7,
    workers: [
      { behaviour: 'honest', count: 40, accuracy: { least: 0.7, most: 0.92 } },
      { behaviour: 'spammer', count: 35, favourite: 'usual' },
    ],
  });

  it('does not lock on to the label that lazy workers always say', () => {
    const table = labelTable(lazy.labels, ['rare', 'usual']);
    const { model } = auto(table);
    const right = table.items.filter(
      (item, t) => table.labels[posteriorOf(model, evidenceOf(table, t)).label] === lazy.truth.get(item),
    );
    expect(right.length / table.items.length).toBeGreaterThan(0.88);
  });

  it('depends on the set of labels, not on their order', () => {
    const forward = auto(labelTable(lazy.labels));
    const backward = auto(labelTable([...lazy.labels].reverse()));
    expect(modelHeader(backward.model)).toEqual(modelHeader(forward.model));
    expect(workerRows(backward.model)).toEqual(workerRows(forward.model));
  });

  it('tempers by the least where no item has a third label, which alone would show more', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const { labels } = simulate({
        seed,
        labels: ['a', 'b', 'c', 'd'],
        items: 40,
        labelsPerItem: 2,
        workers: [{ behaviour: 'honest', count: 2, accuracy: { least: 0.4, most: 0.9 } }],
      });
      expect(auto(labelTable(labels)).model.tempering.perLabel).toBe(0.3);
    }
  });

  it('gives the same confidence after a journey as JSON', () => {
    const table = labelTable(lazy.labels);
    const { model } = auto(table);
    const arrived = modelFrom(
      JSON.parse(JSON.stringify(modelHeader(model))),
      JSON.parse(JSON.stringify(workerRows(model))),
    );
    for (let t = 0; t < 50; t++)
      expect(posteriorOf(arrived, evidenceOf(table, t))).toEqual(posteriorOf(model, evidenceOf(table, t)));
  });

  it('is epoch zero without labels', () => {
    const { model } = auto(labelTable([], ['x', 'y']));
    expect(posteriorOf(model, []).posterior).toEqual(Float64Array.of(0.5, 0.5));
  });

  it('believes every label alike where no item has two', () => {
    const rows = Array.from({ length: 40 }, (_, i) => ({ item: `i${i}`, worker: `w${i % 5}`, label: 'xyz'[i % 3]! }));
    const table = labelTable(rows, ['x', 'y', 'z']);
    const { model } = auto(table);
    const decided = table.items.map((_, t) => posteriorOf(model, evidenceOf(table, t)));
    expect(decided.map(({ label }) => label)).toEqual([...table.label]);
    expect(new Set(decided.map(({ confidence }) => confidence.toFixed(12))).size).toBe(1);
    // With one known item something can be learned.
    expect(auto(table, new Map([['i0', ['y']]])).model.workers.size).toBe(5);
  });

  it('has an answer for one label of one worker', () => {
    const table = labelTable([{ item: 'a', worker: 'u', label: 'x' }], ['x', 'y']);
    const { label, confidence } = posteriorOf(auto(table).model, evidenceOf(table, 0));
    expect(label).toBe(0);
    expect(confidence).toBeLessThan(1);
  });

  it('has an answer where only one label was ever used', () => {
    const rows = ['a', 'b', 'c'].flatMap((item) => ['u', 'v'].map((worker) => ({ item, worker, label: 'x' })));
    const table = labelTable(rows, ['x', 'y', 'z']);
    expect(posteriorOf(auto(table).model, evidenceOf(table, 0)).label).toBe(0);
  });

  it('takes one accuracy a worker above 32 labels', () => {
    const labels = Array.from({ length: 60 }, (_, k) => `class ${k}`);
    const many = simulate({
      seed: 5,
      labels,
      items: 400,
      labelsPerItem: 3,
      lure: 0.3,
      workers: [
        { behaviour: 'honest', count: 20, accuracy: 0.7 },
        { behaviour: 'spammer', count: 5 },
      ],
    });
    const table = labelTable(many.labels, labels);
    const { model, converged } = auto(table);
    expect(converged).toBe(true);
    expect(model.form).toBe('profile');
    const votes = majority(table);
    const right = (labelOf: (t: number) => number) =>
      table.items.filter((item, t) => table.labels[labelOf(t)] === many.truth.get(item)).length;
    expect(right((t) => posteriorOf(model, evidenceOf(table, t)).label)).toBeGreaterThan(right((t) => votes[t]!) + 8);
    const spammer = many.workers.find(({ behaviour }) => behaviour === 'spammer')!.worker;
    const honest = many.workers.find(({ behaviour }) => behaviour === 'honest')!.worker;
    expect(model.workers.get(spammer)![0]).toBeLessThan(model.workers.get(honest)![0]!);
  });

  it('takes it from a hundred labels an item too, whose odds are more than the largest double', () => {
    const labels = Array.from({ length: 100 }, (_, k) => `class ${k}`);
    const crowd = simulate({
      seed: 4,
      labels,
      items: 60,
      labelsPerItem: 120,
      workers: [
        { behaviour: 'honest', count: 60, accuracy: 0.95 },
        { behaviour: 'honest', count: 60, accuracy: 0.85 },
      ],
    });
    const { model, converged } = auto(labelTable(crowd.labels, labels));
    expect(converged).toBe(true);
    for (const { worker, accuracy } of crowd.workers) {
      const own = crowd.labels.filter((one) => one.worker === worker);
      const right = own.filter(({ item, label }) => crowd.truth.get(item) === label).length;
      // Nobody can doubt the truth here, so the fit is the share that is right, with four labels of the average accuracy added.
      expect([accuracy, Math.exp(model.workers.get(worker)![0]!)]).toEqual([
        accuracy,
        expect.closeTo((right + 4 * 0.9) / (own.length + 4), 2),
      ]);
    }
  });
});
