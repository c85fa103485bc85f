import { bestAssignment } from '../numerics/assignment';

/** A box: corners with left <= right and top <= bottom, and a class where boxes have one. */
export type Box = readonly [left: number, top: number, right: number, bottom: number, label?: string];

/** A span: start <= end, end not included, and a class where spans have one. */
export type Span = readonly [start: number, end: number, label?: string];

/** 1 - shared / all of two sets of labels. Two empty sets are equal: 0. */
export function jaccardDistance(a: readonly string[], b: readonly string[]): number {
  const [shared, all] = overlapOf(a, b);
  return all === 0 ? 0 : 1 - shared / all;
}

/**
 * MASI (Passonneau 2006, Measuring agreement on set-valued items): 1 - Jaccard * monotonicity, which is 1 for equal sets, 2/3 where one holds
 * the other, 1/3 where they overlap, 0 where they do not. Two empty sets are equal: 0.
 */
export function masiDistance(a: readonly string[], b: readonly string[]): number {
  const [shared, all] = overlapOf(a, b);
  if (all === 0) return 0;
  const smaller = Math.min(new Set(a).size, new Set(b).size);
  const larger = Math.max(new Set(a).size, new Set(b).size);
  const monotonicity =
    shared === larger && shared === smaller ? 1 : shared === smaller ? 2 / 3 : shared > 0 ? 1 / 3 : 0;
  // The empty set is in every other, but shares nothing: the Jaccard factor is 0.
  return 1 - (shared / all) * monotonicity;
}

function overlapOf(a: readonly string[], b: readonly string[]): [shared: number, all: number] {
  const first = new Set(a);
  const second = new Set(b);
  let shared = 0;
  for (const label of first) if (second.has(label)) shared += 1;
  return [shared, first.size + second.size - shared];
}

/** ((a - b) / (a + b))^2: Krippendorff's ratio distance of numbers not below 0; 0 and 0 are equal. */
export function squaredRatioDistance(a: number, b: number): number {
  return a === b ? 0 : ((a - b) / (a + b)) ** 2;
}

/** Intersection over union of two boxes; 0 where their classes differ. Boxes without area, points among them, overlap where they are equal. */
export function boxOverlap(a: Box, b: Box): number {
  if (a[4] !== b[4]) return 0;
  const width = Math.max(0, Math.min(a[2], b[2]) - Math.max(a[0], b[0]));
  const height = Math.max(0, Math.min(a[3], b[3]) - Math.max(a[1], b[1]));
  const area = (box: Box) => (box[2] - box[0]) * (box[3] - box[1]);
  const union = area(a) + area(b) - width * height;
  return union > 0 ? (width * height) / union : Number(a.every((edge, i) => edge === b[i]));
}

/** The same of two spans, in one dimension. */
export function spanOverlap(a: Span, b: Span): number {
  if (a[2] !== b[2]) return 0;
  const shared = Math.max(0, Math.min(a[1], b[1]) - Math.max(a[0], b[0]));
  const union = a[1] - a[0] + (b[1] - b[0]) - shared;
  return union > 0 ? shared / union : Number(a[0] === b[0] && a[1] === b[1]);
}

/**
 * 1 - 2 * (overlap of the best matching) / (size of a + size of b): for one box each 1 - IoU, for exact or no overlap 1 - F1. Two empty answers
 * agree: 0; an empty one and another: 1.
 */
export function boxesDistance(a: readonly Box[], b: readonly Box[]): number {
  return matchedDistance(a, b, boxOverlap);
}

/** The same for spans. */
export function spansDistance(a: readonly Span[], b: readonly Span[]): number {
  return matchedDistance(a, b, spanOverlap);
}

/** 1 - F1 of spans that must be equal in start, end and class; two empty answers agree. */
export function exactSpansDistance(a: readonly Span[], b: readonly Span[]): number {
  return matchedDistance(a, b, (x, y) => (x[0] === y[0] && x[1] === y[1] && x[2] === y[2] ? 1 : 0));
}

function matchedDistance<T>(a: readonly T[], b: readonly T[], overlap: (x: T, y: T) => number): number {
  if (a.length + b.length === 0) return 0;
  const gain = a.flatMap((x) => b.map((y) => overlap(x, y)));
  const column = bestAssignment(gain, a.length, b.length);
  let matched = 0;
  column.forEach((c, row) => (matched += c < 0 ? 0 : gain[row * b.length + c]!));
  return 1 - (2 * matched) / (a.length + b.length);
}
