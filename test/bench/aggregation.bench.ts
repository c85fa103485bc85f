// How right and how well calibrated each method is: the real sets, and generated populations that break the model's assumptions.
import { expectedCalibrationError, logLoss, type Decided } from '../../libs/statistics/src/aggregation/calibration';
import { METHODS } from '../../libs/statistics/src/aggregation/methods';
import { type KnownSet, knownSets } from './known-sets';
import { markdownTable, record } from './record';

const SEEDS = [201, 202, 203];

interface Figures {
  accuracy: number;
  logLoss: number;
  calibrationError: number;
  /** Items whose confidence is .95 or more, and those of them that are wrong. */
  sure: number;
  sureWrong: number;
}

export function run(): void {
  const sets = knownSets(SEEDS);
  const methods = Object.keys(METHODS);
  const figures = new Map(methods.map((method) => [method, sets.map((set) => figuresOf(set, method))]));
  const rows = methods.map((method) => {
    const all = figures.get(method)!;
    const real = all.filter((_, i) => sets[i]!.real);
    return [method, ...summary(real), ...summary(all.filter((_, i) => !sets[i]!.real))];
  });
  const header = ['method', 'real: accuracy', 'log loss', 'ECE', 'wrong at .95', 'generated: accuracy', 'log loss', 'ECE', 'wrong at .95']; // prettier-ignore
  record('statistics.md', 'aggregation', markdownTable(header, rows));
  record('statistics.md', 'aggregation-sets', bySet(sets, figures));
}

function figuresOf({ table, truth }: KnownSet, method: string): Figures {
  const { labels, confidence } = METHODS[method]!(table);
  const decided = table.items.flatMap((item, t): Decided[] => {
    const right = truth.get(item);
    return right === undefined
      ? []
      : [{ right: table.labels[labels[t]!] === right, confidence: Math.min(1, confidence[t]!) }];
  });
  const sure = decided.filter((one) => one.confidence >= 0.95);
  return {
    accuracy: decided.filter(({ right }) => right).length / decided.length,
    logLoss: logLoss(decided),
    calibrationError: expectedCalibrationError(decided),
    sure: sure.length,
    sureWrong: sure.filter(({ right }) => !right).length,
  };
}

function summary(all: Figures[]): string[] {
  if (all.length === 0) return ['-', '-', '-', '-'];
  const mean = (of: (one: Figures) => number) => all.reduce((sum, one) => sum + of(one), 0) / all.length;
  const sure = mean(({ sure }) => sure);
  const wrong = sure > 0 ? `${((100 * mean(({ sureWrong }) => sureWrong)) / sure).toFixed(1)} %` : '-';
  return [mean((one) => one.accuracy).toFixed(4), mean((one) => one.logLoss).toFixed(3), mean((one) => one.calibrationError).toFixed(3), wrong]; // prettier-ignore
}

/** Accuracy set by set, of the methods that people ask about, and the calibration of the default. */
function bySet(sets: KnownSet[], figures: Map<string, Figures[]>): string {
  const methods = ['majority', 'dawid-skene', 'one-coin', 'mace', 'ebcc', 'auto'];
  const names = [...new Set(sets.map(({ name }) => name))];
  const mean = (method: string, name: string, of: (one: Figures) => number) => {
    const chosen = figures.get(method)!.filter((_, i) => sets[i]!.name === name);
    return chosen.reduce((sum, one) => sum + of(one), 0) / chosen.length;
  };
  return markdownTable(
    ['set (mean of three seeds where generated)', ...methods, 'log loss of auto', 'ECE of auto'],
    names.map((name) => [
      name,
      ...methods.map((method) => mean(method, name, (one) => one.accuracy).toFixed(3)),
      mean('auto', name, (one) => one.logLoss).toFixed(3),
      mean('auto', name, (one) => one.calibrationError).toFixed(3),
    ]),
  );
}
