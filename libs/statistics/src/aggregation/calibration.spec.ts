import { dawidSkene } from './dawid-skene';
import { expectedCalibrationError, logLoss, reliabilityDiagram } from './calibration';
import { labelTable } from './label-table';
import { evidenceOf, posteriorOf } from './posterior';
import { simulate } from '../simulation/simulate';
import { temperatureOnGold } from './temperature-on-gold';

const decided = [
  { confidence: 0.95, right: true },
  { confidence: 0.91, right: false },
  { confidence: 0.55, right: true },
  { confidence: 1, right: true },
];

describe('expectedCalibrationError', () => {
  it('weighs the gap of each bin by its items', () => {
    // bin .9-1: three items, confidence .95333, accuracy .66667; bin .5-.6: one item, gap .45
    expect(expectedCalibrationError(decided)).toBeCloseTo((3 * (2.86 / 3 - 2 / 3) + 0.45) / 4, 12);
  });

  it('is 0 without items', () => {
    expect(expectedCalibrationError([])).toBe(0);
  });
});

describe('reliabilityDiagram', () => {
  it('puts certainty into the last bin', () => {
    const bins = reliabilityDiagram(decided);
    expect(bins.map(({ count }) => count)).toEqual([0, 0, 0, 0, 0, 1, 0, 0, 0, 3]);
    expect(bins[9]!.accuracy).toBeCloseTo(2 / 3, 12);
  });
});

describe('logLoss', () => {
  it('is the mean of minus the log of what was given to what happened', () => {
    expect(logLoss(decided)).toBeCloseTo(-(Math.log(0.95) + Math.log(0.09) + Math.log(0.55)) / 4, 12);
  });
});

describe('temperatureOnGold', () => {
  const { labels, truth } = simulate({
    seed: 2,
    labels: ['x', 'y'],
    items: 800,
    labelsPerItem: 15,
    difficulty: 1.5,
    misleading: 0.08,
    workers: [{ behaviour: 'honest', count: 30, accuracy: { least: 0.6, most: 0.85 } }],
  });
  const table = labelTable(labels, ['x', 'y']);
  const { model } = dawidSkene(table);
  const known = table.items.map((item, t) => ({
    evidence: evidenceOf(table, t),
    label: table.labels.indexOf(truth.get(item)!),
  }));
  const losses = (tempering = model.tempering) =>
    logLoss(
      known.map(({ evidence, label }) => {
        const decision = posteriorOf({ ...model, tempering }, evidence);
        return { confidence: decision.confidence, right: decision.label === label };
      }),
    );

  it('cools posteriors that are surer than they are right', () => {
    const tempering = temperatureOnGold(model, known.slice(0, 200));
    expect(tempering.temperature).toBeGreaterThan(2);
    expect(losses(tempering)).toBeLessThan(0.6 * losses());
  });

  it('leaves the tempering as it is without gold, and nearly so with one item', () => {
    expect(temperatureOnGold(model, [])).toEqual(model.tempering);
    expect(Math.abs(Math.log(temperatureOnGold(model, known.slice(0, 1)).temperature))).toBeLessThan(1);
  });
});
