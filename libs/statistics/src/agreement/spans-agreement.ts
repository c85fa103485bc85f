import { type LabelTable } from '../aggregation/label-table';
import { type Coefficient, type EstimatedCoefficient, NO_OVERLAP } from './coefficient';
import { jackknife } from './jackknife';
import { exactSpansDistance, type Span } from './label-distances';
import { parsed } from './label-metric';
import { meanOverItems } from './mean-over-items';
import { type Continuum, unitizingAlpha } from './unitizing-alpha';

/** Most items that are left out one by one; above it they are left out in that many groups. */
const MOST_GROUPS = 120;

/**
 * Beside the distance-based coefficients of spans: `spanF1`, the mean over items of the mean F1 of two workers' exactly equal spans, and
 * `unitizingAlpha`, each item a continuum as long as its last span reaches.
 */
export function spansAgreement(table: LabelTable): {
  spanF1: EstimatedCoefficient;
  unitizingAlpha: EstimatedCoefficient;
} {
  const items = table.items.map((_, t) =>
    Array.from(table.label.subarray(table.itemStart[t], table.itemStart[t + 1]), (label) =>
      parsed<Span>(table.labels[label]!),
    ),
  );
  const overlapping = items.filter((workers) => workers.length > 1);
  return {
    spanF1: meanOverItems(overlapping.map(meanF1), NO_OVERLAP),
    unitizingAlpha: leaveOutGroups(
      overlapping.map((workers) => ({ length: lastEnd(workers), workers })),
      unitizingAlpha,
    ),
  };
}

function lastEnd(workers: readonly (readonly Span[])[]): number {
  return Math.max(0, ...workers.flat().map(([, end]) => end));
}

function meanF1(workers: readonly (readonly Span[])[]): number {
  let sum = 0;
  workers.forEach((first, i) =>
    workers.slice(0, i).forEach((second) => (sum += 1 - exactSpansDistance(first, second))),
  );
  return sum / ((workers.length * (workers.length - 1)) / 2);
}

function leaveOutGroups(
  items: readonly Continuum[],
  read: (items: readonly Continuum[]) => Coefficient,
): EstimatedCoefficient {
  const groups = Math.min(items.length, MOST_GROUPS);
  const left = Array.from({ length: groups }, (_, group) => ({
    value: read(items.filter((_item, t) => t % groups !== group)),
  }));
  return jackknife({ value: read(items) }, left)['value']!;
}
