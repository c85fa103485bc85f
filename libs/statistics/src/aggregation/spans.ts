import { clusterDrawn, type Drawn, type DrawnCluster } from './cluster-drawn';
import { medianOf } from './item-averages';

/** A span of a text, from `start` up to but without `end`; `label` where spans have classes. */
export interface Span {
  start: number;
  end: number;
  label?: string;
}

/** Intersection over union of two spans; 0 where both are empty, or their labels differ. */
export function spanOverlap(a: Span, b: Span): number {
  if (a.label !== b.label) return 0;
  const shared = Math.max(0, Math.min(a.end, b.end) - Math.max(a.start, b.start));
  const union = a.end - a.start + b.end - b.start - shared;
  return union > 0 ? shared / union : 0;
}

/** One text's spans by all who read it, as `fuseBoxes` in one dimension; fused ends are rounded to whole characters. */
export function fuseSpans(drawn: readonly Drawn<Span>[], overlap = 0.3): DrawnCluster<Span>[] {
  return clusterDrawn(drawn, spanOverlap, overlap, (spans) => ({
    start: Math.round(medianOf(spans.map(({ start }) => start).sort((a, b) => a - b))),
    end: Math.round(medianOf(spans.map(({ end }) => end).sort((a, b) => a - b))),
    ...(spans[0]!.label === undefined ? {} : { label: spans[0]!.label }),
  }));
}
