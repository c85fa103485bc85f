import { clusterDrawn, type Drawn, type DrawnCluster } from './cluster-drawn';
import { medianOf } from './item-averages';

/** A box by its edges, in any one unit, left <= right and top <= bottom; `label` where boxes have classes. */
export interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
  label?: string;
}

/** Intersection over union of two boxes; 0 where their labels differ. Boxes without area, points among them, overlap where they are equal. */
export function boxOverlap(a: Box, b: Box): number {
  if (a.label !== b.label) return 0;
  const width = Math.min(a.right, b.right) - Math.max(a.left, b.left);
  const height = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
  const shared = Math.max(0, width) * Math.max(0, height);
  const union = areaOf(a) + areaOf(b) - shared;
  return union > 0 ? shared / union : Number(hasEqualEdges(a, b));
}

function areaOf({ left, top, right, bottom }: Box): number {
  return (right - left) * (bottom - top);
}

function hasEqualEdges(a: Box, b: Box): boolean {
  return a.left === b.left && a.top === b.top && a.right === b.right && a.bottom === b.bottom;
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
  return {
    left: edge((box) => box.left),
    top: edge((box) => box.top),
    right: edge((box) => box.right),
    bottom: edge((box) => box.bottom),
    ...(boxes[0]!.label === undefined ? {} : { label: boxes[0]!.label }),
  };
}
