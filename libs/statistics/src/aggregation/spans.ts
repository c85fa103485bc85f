import { clusterDrawn, type Drawn, type DrawnCluster } from './cluster-drawn';
import { medianOf } from './item-averages';

/** A span of a text, from `start` up to but without `end`; `label` where spans have classes. */
export interface Span {
  start: number;
  end: number;
  label?: string;
}

/** Intersection over union of two spans; 0 where their labels differ. Spans without length overlap where they are equal. */
export function spanOverlap(a: Span, b: Span): number {
  if (a.label !== b.label) return 0;
  const shared = Math.max(0, Math.min(a.end, b.end) - Math.max(a.start, b.start));
  const union = a.end - a.start + b.end - b.start - shared;
  return union > 0 ? shared / union : Number(a.start === b.start && a.end === b.end);
}

/** One text's spans by all who read it, as `fuseBoxes` in one dimension; the fused ends of spans in whole characters are rounded to whole ones. */
export function fuseSpans(drawn: readonly Drawn<Span>[], overlap = 0.3): DrawnCluster<Span>[] {
  return clusterDrawn(drawn, spanOverlap, overlap, (spans) => ({
    start: middleOf(spans.map(({ start }) => start)),
    end: middleOf(spans.map(({ end }) => end)),
    ...(spans[0]!.label === undefined ? {} : { label: spans[0]!.label }),
  }));
}

function middleOf(ends: readonly number[]): number {
  const middle = medianOf([...ends].sort((a, b) => a - b));
  return ends.every(Number.isInteger) ? Math.round(middle) : middle;
}
