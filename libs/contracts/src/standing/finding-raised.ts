import { contract } from '../contract';
import { STANDING_EVENTS } from '../topics';
import { workerKey } from '../worker/worker-key';
import { FindingState } from './finding';

/** A finding that holds from now on, or whose evidence changed. */
export class FindingRaised extends FindingState {}

export const findingRaised = contract({
  type: 'assay.finding.raised.v1',
  summary: 'A statistical test found something about a worker.',
  topic: STANDING_EVENTS,
  key: workerKey,
  data: FindingRaised,
  producers: ['scoring'],
  consumers: [],
});
