/** What is published again, in this order: who reads it knows projects before what belongs to them. */
export const STAGES = ['keys', 'projects', 'workers', 'items', 'withdrawals', 'annotations'] as const;
export type Stage = (typeof STAGES)[number];

/** How far a rebuild is: the place of what was published last in its stage; empty before the first. */
export interface RebuildProgress {
  stage: Stage | 'finished';
  after: readonly (string | number)[];
  published: number;
}

/**
 * The progress after one more slice. A slice that is not full was the stage's last.
 * @param places of what the slice published, in order.
 */
export function advance(
  progress: RebuildProgress,
  places: readonly (readonly (string | number)[])[],
  limit: number,
): RebuildProgress {
  const published = progress.published + places.length;
  if (places.length >= limit) return { stage: progress.stage, after: places[places.length - 1]!, published };
  const next = STAGES.indexOf(progress.stage as Stage) + 1;
  return { stage: STAGES[next] ?? 'finished', after: [], published };
}
