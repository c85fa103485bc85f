import { clusterDrawn, type Drawn, type DrawnCluster } from './cluster-drawn';
import { medianOf } from './item-averages';

/** A box by its corner and its size, in any one unit; `label` where boxes have classes. */
export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
  label?: string;
}

/** Intersection over union of two boxes; 0 where both are empty, or their labels differ. */
export function boxOverlap(a: Box, b: Box): number {
  if (a.label !== b.label) return 0;
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  const shared = Math.max(0, width) * Math.max(0, height);
  const union = a.width * a.height + b.width * b.height - shared;
  return union > 0 ? shared / union : 0;
}

/**
 * One image's boxes by all who saw it: boxes of different workers that overlap (IoU at least `overlap`, default .3) are one object, at most one box a
 * worker; an object that more than half of those who saw the image drew is kept, its box is the median of each edge.
 * Who saw the image and drew nothing counts: pass an empty list.
 */
export function fuseBoxes(drawn: readonly Drawn<Box>[], overlap = 0.3): DrawnCluster<Box>[] {
  return clusterDrawn(drawn, boxOverlap, overlap, fuse);
}

function fuse(boxes: readonly Box[]): Box {
  const edge = (of: (box: Box) => number) => medianOf(boxes.map(of).sort((a, b) => a - b));
  const x = edge((box) => box.x);
  const y = edge((box) => box.y);
  return {
    x,
    y,
    width: edge((box) => box.x + box.width) - x,
    height: edge((box) => box.y + box.height) - y,
    ...(boxes[0]!.label === undefined ? {} : { label: boxes[0]!.label }),
  };
}
