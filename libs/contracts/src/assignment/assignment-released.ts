import { contract } from '../contract';
import { itemKey } from '../item/item-imported';
import { ASSIGNMENT_EVENTS } from '../topics';
import { AssignmentEvent } from './assignment-event';

/** An assignment that the worker gave back. */
export class AssignmentReleased extends AssignmentEvent {}

export const assignmentReleased = contract({
  type: 'assay.assignment.released.v1',
  summary: 'A worker gave an assignment back.',
  topic: ASSIGNMENT_EVENTS,
  key: itemKey,
  data: AssignmentReleased,
  producers: ['assignment'],
  consumers: [],
});
