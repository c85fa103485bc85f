/** What one worker drew into one item (boxes, spans), nothing included. */
export interface Drawn<Shape> {
  worker: string;
  shapes: readonly Shape[];
}

/** One object that several workers may have drawn. */
export interface DrawnCluster<Shape> {
  /** The shape of all of them together. */
  shape: Shape;
  /** Who drew it, in the order of their names. */
  workers: string[];
  /** Share, of those who saw the item, who drew it. */
  support: number;
  /** More than half of those who saw the item drew it. */
  kept: boolean;
}

interface Member<Shape> {
  shape: Shape;
  worker: string;
}

/**
 * Clusters shapes of different workers by overlap: the two clusters with the largest mean overlap are merged, if it is at least `least` and no worker is
 * in both, until none are left to merge. Ties go to the cluster whose first shape stands first (workers by name, their shapes in
 * order), so the result does not depend on the order of the workers. O(n^3) for n shapes, which are few an item.
 */
export function clusterDrawn<Shape>(
  drawn: readonly Drawn<Shape>[],
  overlapOf: (a: Shape, b: Shape) => number,
  least: number,
  fuse: (shapes: readonly Shape[]) => Shape,
): DrawnCluster<Shape>[] {
  const sorted = [...drawn].sort((a, b) => (a.worker < b.worker ? -1 : a.worker > b.worker ? 1 : 0));
  const seen = new Set(sorted.map(({ worker }) => worker)).size;
  const clusters: Member<Shape>[][] = sorted.flatMap(({ worker, shapes }) =>
    shapes.map((shape) => [{ shape, worker }]),
  );
  for (let pair = closest(clusters, overlapOf, least); pair; pair = closest(clusters, overlapOf, least)) {
    clusters[pair[0]] = [...clusters[pair[0]]!, ...clusters[pair[1]]!];
    clusters.splice(pair[1], 1);
  }
  return clusters.map((members) => {
    const workers = members.map(({ worker }) => worker).sort();
    const shape = fuse(members.map((member) => member.shape));
    return { shape, workers, support: workers.length / seen, kept: workers.length > seen / 2 };
  });
}

function closest<Shape>(clusters: Member<Shape>[][], overlapOf: (a: Shape, b: Shape) => number, least: number) {
  let best: [number, number] | undefined;
  let most = -Infinity;
  for (let i = 0; i < clusters.length; i++) {
    for (let j = i + 1; j < clusters.length; j++) {
      if (clusters[i]!.some((a) => clusters[j]!.some((b) => a.worker === b.worker))) continue;
      const overlap = meanOverlap(clusters[i]!, clusters[j]!, overlapOf);
      if (overlap >= least && overlap > most) [best, most] = [[i, j], overlap];
    }
  }
  return best;
}

function meanOverlap<Shape>(a: Member<Shape>[], b: Member<Shape>[], overlapOf: (a: Shape, b: Shape) => number): number {
  let sum = 0;
  for (const one of a) for (const other of b) sum += overlapOf(one.shape, other.shape);
  return sum / (a.length * b.length);
}
