import { contract } from '../contract';
import { Integer, OneOf, Text } from '../fields';
import { STANDING_EVENTS } from '../topics';
import { workerKey } from '../worker/worker-key';

/**
 * What a worker may do in a project, lowest first.
 *   suspended  is offered no work: a finding below the gold target stands
 *   standard   the beginning
 *   trusted    cleared by the sequential test on gold, and nothing stands against the worker
 */
export const TIERS = ['suspended', 'standard', 'trusted'] as const;
export type Tier = (typeof TIERS)[number];

/** The tier of a worker in a project: the full state. A consumer keeps the highest version. */
export class TierChanged {
  @Text({ max: 63, pattern: /^[a-z0-9-]{1,63}$/ })
  project!: string;

  /** uuid of the worker. */
  @Text({ max: 36 })
  worker!: string;

  @Integer({ min: 1 })
  version!: number;

  @OneOf(TIERS)
  tier!: Tier;

  /** Why, in words for people. */
  @Text()
  reason!: string;
}

export const tierChanged = contract({
  type: 'assay.tier.changed.v1',
  summary: 'What a worker may do in a project changed.',
  topic: STANDING_EVENTS,
  key: workerKey,
  data: TierChanged,
  producers: ['scoring'],
  consumers: ['assignment'],
});
