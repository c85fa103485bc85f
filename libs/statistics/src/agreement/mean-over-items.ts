import { type Coefficient, type EstimatedCoefficient, undefinedBecause } from './coefficient';
import { jackknife } from './jackknife';

/** The mean of what each item gives, from 0 to 1, with its delete-one-item jackknife interval; undefined, for the reason, where no item gives anything. */
export function meanOverItems(values: readonly number[], reason: string): EstimatedCoefficient {
  const total = values.reduce((sum, value) => sum + value, 0);
  const mean = (sum: number, count: number): Coefficient =>
    count > 0 ? { value: sum / count } : undefinedBecause(reason);
  const left = values.map((value) => ({ mean: mean(total - value, values.length - 1) }));
  return jackknife({ mean: mean(total, values.length) }, left, ['mean'])['mean']!;
}
