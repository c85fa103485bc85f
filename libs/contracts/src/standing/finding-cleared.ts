import { contract } from '../contract';
import { OneOf } from '../fields';
import { STANDING_EVENTS } from '../topics';
import { workerKey } from '../worker/worker-key';
import { FindingState } from './finding';

/** Why a finding ended: the evidence carries it no more, or the worker's appeal was won. */
export const CLEARED_BY = ['evidence', 'appeal'] as const;
export type ClearedBy = (typeof CLEARED_BY)[number];

/** A finding that holds no more; statistic and evidence are those of its end. */
export class FindingCleared extends FindingState {
  @OneOf(CLEARED_BY)
  clearedBy!: ClearedBy;
}

export const findingCleared = contract({
  type: 'assay.finding.cleared.v1',
  summary: 'A finding about a worker holds no more.',
  topic: STANDING_EVENTS,
  key: workerKey,
  data: FindingCleared,
  producers: ['scoring'],
  consumers: [],
});
