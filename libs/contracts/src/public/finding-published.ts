import { contract } from '../contract';
import { Flag, Integer, OneOf, Text } from '../fields';
import { FINDING_KINDS, type FindingKind } from '../standing/finding';
import { PUBLIC_FINDINGS } from '../topics';
import { workerKey } from '../worker/worker-key';

/** What a tool may know of a finding: an allow-list, so that a new internal field shows nowhere by itself. */
export class FindingPublished {
  @Text({ max: 63, pattern: /^[a-z0-9-]{1,63}$/ })
  project!: string;

  /** uuid of the worker. */
  @Text({ max: 36 })
  worker!: string;

  @Text({ max: 36 })
  finding!: string;

  @OneOf(FINDING_KINDS)
  kind!: FindingKind;

  /** A reader keeps the highest. */
  @Integer({ min: 1 })
  version!: number;

  /** False where it holds no more. */
  @Flag()
  isRaised!: boolean;
}

export const findingPublished = contract({
  type: 'assay.finding.published.v1',
  summary: 'For tools: a finding about a worker was raised or cleared.',
  topic: PUBLIC_FINDINGS,
  key: workerKey,
  data: FindingPublished,
  producers: ['scoring'],
  consumers: [],
});
